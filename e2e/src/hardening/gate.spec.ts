// Who gets a turn at a provider: keys that fail, that are deleted, that need two providers, that are new, and those of a provider
// that is all right while another one hangs. What is counted is calls and syncs, not time.
import { setTimeout as sleep } from 'node:timers/promises';
import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import { eventually, FaultProxy, type Pod } from '@eso/testing';
import { createProviderService, dial, runProviderFake } from '../support/provider-process.ts';
import { fakeConfig, fakeStore, providerManifest, System } from '../support/system.ts';

const TENANT = 'gate';
const WORKERS = 32;
/** Stores: that of the installation's provider, and that of one more, behind a proxy. */
type Store = 'near' | 'far';

let system: System;
/** The processes behind the stores. */
let pods: Readonly<Record<Store, Pod>>;
/** What is between core and the process of `far`. */
let proxy: FaultProxy;

const keyNames = (prefix: string, count: number, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${from + index}`);
const valuesOf = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `value of ${name}`]));
/** What the backends hold. */
const HELD = valuesOf(
  ['far', 'near', 'both', 'deleted', 'hanging', 'good', 'crowd', 'newcomer'].flatMap((prefix) => keyNames(prefix, 300)),
);

beforeAll(async () => {
  system = await System.start({
    tenants: [TENANT],
    providers: { fake: {} },
    // Longer than anything here is made to wait.
    coreFlags: [`--concurrent=${WORKERS}`, '--provider-deadline=5m'],
  });
  const service = await createProviderService(system, 'far');
  pods = {
    near: system.installation.providers['fake']!,
    far: await runProviderFake(system.own.cluster.kubelet(), service),
  };
  proxy = await FaultProxy.start({ target: { host: '127.0.0.1', port: pods.far.ports['grpc']! } });
  dial(system.installation, service, proxy.port);
  const config = '{ apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: far }';
  await system.apply(fakeStore(TENANT, 'near', HELD));
  await system.apply(fakeConfig(TENANT, 'far', HELD));
  await system.apply(providerManifest(TENANT, 'far', 'fake', config, service.address));
  await providersReady();
}, 120_000);
/** Each begins with providers that work and nothing to do, whatever became of the one before. */
afterEach(async () => {
  pods.near.kill('SIGCONT');
  await proxy.set({ kind: 'pass' });
  await system.kubectl('-n', TENANT, 'delete', 'externalsecrets', '--all', '--wait=false');
  await providersReady();
}, 120_000);
afterAll(async () => {
  await proxy.stop();
  await system.stop();
});

async function providersReady(): Promise<void> {
  for (const name of ['near', 'far']) await system.providerReady(TENANT, name, 'True', 'Valid', 90_000);
}

/** Creates ExternalSecrets one after the other, each with a key of its own name from each of these stores. */
async function create(names: readonly string[], stores: readonly Store[], refreshInterval = '1h'): Promise<void> {
  for (const name of names)
    await system.admin.create(externalSecrets, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ExternalSecret',
      metadata: { namespace: TENANT, name },
      spec: {
        refreshInterval,
        data: stores.map((store) => ({
          secretKey: store,
          remoteRef: { key: name },
          sourceRef: { storeRef: { kind: 'Provider' as const, name: store } },
        })),
      },
    });
}

let barriers = 0;

/** Waits until core has taken up everything that was created before. */
async function takenUp(): Promise<void> {
  const name = `barrier-${barriers++}`;
  const data = [{ secretKey: 'any', remoteRef: { key: 'any' } }];
  // Core alone refuses it, without a call.
  const never = { schedule: '0 0 31 2 *', duration: '1h' };
  await system.admin.create(externalSecrets, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { namespace: TENANT, name },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind: 'Provider', name: 'near' },
      data,
      syncWindows: { kind: 'allow', windows: [never] },
    },
  });
  await system.failed(TENANT, name, 'INVALID_SPEC');
}

const isReady = ({ status }: ExternalSecret): boolean =>
  status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') === true;

/** Those of the names whose ExternalSecret is not Ready, or is not there. */
async function unready(names: readonly string[]): Promise<string[]> {
  const { items } = await system.admin.list(externalSecrets, { namespace: TENANT });
  const ready = new Set(items.filter(isReady).map(({ metadata }) => metadata.name));
  return names.filter((name) => !ready.has(name));
}

const allReady = (names: readonly string[], timeoutMs = 30_000): Promise<void> =>
  eventually(async () => expect(await unready(names)).toEqual([]), { timeoutMs });

/** How often the process of a store was asked for a secret. */
async function calls(store: Store): Promise<number> {
  const text = await system.installation.metrics(pods[store]);
  const series = text.matchAll(/^grpc_server_requests_total\{method="[^"]*\/GetSecret",[^}]*\} (\d+)/gm);
  return [...series].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function activeWorkers(): Promise<number> {
  const text = await system.installation.metrics(system.installation.core);
  return Number(/^controller_runtime_active_workers\{controller="externalsecret"\} (\d+)/m.exec(text)?.[1]);
}

test('failing keys of one endpoint double their backoff although they wait for each other', async () => {
  const names = keyNames('missing', 100);
  // So that most of them have to wait for room.
  await proxy.set({ kind: 'delay', ms: 50 });
  const before = await calls('far');
  await create(names, ['far']);
  await eventually(async () => expect((await calls('far')) - before).toBeGreaterThanOrEqual(names.length));
  await sleep(2_000);
  const early = await calls('far');
  await sleep(8_000);
  // A backoff of a second has doubled to two and four: two calls each at most.
  expect((await calls('far')) - early).toBeLessThan(2.5 * names.length);
  // Found without anybody's doing.
  await system.apply(fakeConfig(TENANT, 'far', { ...HELD, ...valuesOf(names) }));
  await allReady(names);
});

test('keys that need two endpoints, of which one hangs, do not take the turns of others', async () => {
  const near = [...keyNames('near', 12), ...keyNames('near', 20, 12)];
  await proxy.set({ kind: 'stall' });
  pods.near.kill('SIGSTOP');
  await create(keyNames('far', 30), ['far']);
  await create(near.slice(0, 12), ['near']);
  await create(keyNames('both', 20), ['near', 'far']);
  await create(near.slice(12), ['near']);
  await takenUp();
  pods.near.kill('SIGCONT');
  await allReady(near, 10_000);
  expect(await unready(keyNames('far', 30))).toHaveLength(30);
  await proxy.set({ kind: 'pass' });
  await allReady([...keyNames('far', 30), ...keyNames('both', 20)]);
});

test('keys of a stopped provider are all worked on when it goes on, although some are gone', async () => {
  const names = keyNames('deleted', 30);
  pods.near.kill('SIGSTOP');
  await create(names, ['near']);
  await takenUp();
  const gone = names.slice(8, 20);
  for (const name of gone) await system.admin.delete(externalSecrets, { namespace: TENANT, name });
  await takenUp();
  pods.near.kill('SIGCONT');
  await allReady(names.filter((name) => !gone.includes(name)));
});

test('a provider that hangs gets most of the workers while nobody else wants them, and not those that others need', async () => {
  const hanging = keyNames('hanging', 60);
  await proxy.set({ kind: 'stall' });
  await create(hanging, ['far']);
  await takenUp();
  const busy = await activeWorkers();
  expect(busy).toBeGreaterThan(WORKERS / 2);
  expect(busy).toBeLessThan(WORKERS);
  const good = keyNames('good', 20);
  await create(good, ['near']);
  await allReady(good, 10_000);
  expect(await unready(hanging)).toHaveLength(hanging.length);
  await proxy.set({ kind: 'pass' });
  await allReady(hanging);
});

test('what never synced gets its turn before a crowd whose refresh is due', async () => {
  const crowd = keyNames('crowd', 300);
  // Far more is due each second than the provider can answer.
  await proxy.set({ kind: 'delay', ms: 100 });
  const before = await calls('far');
  await create(crowd, ['far'], '1s');
  await eventually(async () => expect((await calls('far')) - before).toBeGreaterThan(1.5 * crowd.length));
  const meanwhile: number[] = [];
  for (const name of keyNames('newcomer', 3)) {
    const start = await calls('far');
    await create([name], ['far']);
    await allReady([name]);
    meanwhile.push((await calls('far')) - start);
  }
  // Those that were inside when it came, and those that went in while it was: not the crowd.
  expect(Math.min(...meanwhile)).toBeLessThan(crowd.length / 3);
});
