import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  type ConfigMap,
  configMaps,
  createInformer,
  KubeClient,
  loadConnection,
  resourceType,
  secrets,
} from '@eso/kube';
import { ManualClock, Registry, silentLogger } from '@eso/runtime';
import { ApiFaultProxy, eventually, intercepting, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { InformerPool, type InformerPoolOptions } from './informer-pool.ts';

let own: OwnControlPlane;
let admin: KubeClient;
let proxy: ApiFaultProxy;
let client: KubeClient;
let clock: ManualClock;
let registry: Registry;
let stop: AbortController;
let namespace: string;
let account: string;

beforeAll(async () => {
  own = await ownControlPlane();
  admin = own.cluster.client();
  proxy = await ApiFaultProxy.start({ url: own.cluster.url, caFile: own.cluster.caFile });
}, 300_000);
afterAll(async () => {
  await proxy.stop();
  await own.cluster.stop();
});
beforeEach(async () => {
  namespace = await own.cluster.createNamespace('pool');
  account = `${namespace}-reader`;
  const kubeconfig = await own.cluster.kubeconfigFor({ namespace, name: account });
  await proxy.redirect(kubeconfig);
  // No request ends by its own deadline: what hangs does so until the test ends it.
  client = new KubeClient({ connection: await loadConnection({ kubeconfig }), requestTimeoutMs: 3_600_000 });
  clock = new ManualClock();
  registry = new Registry();
  stop = new AbortController();
});
afterEach(async () => {
  stop.abort(new Error('test over'));
  await client.close();
  await eventually(() => expect(proxy.watches).toHaveLength(0));
});

const LINGER_MS = 30_000;

function createPool(options: Partial<InformerPoolOptions> = {}): InformerPool {
  const common = { client, tenants: undefined, lifetime: stop.signal, clock, logger: silentLogger, registry };
  return new InformerPool({ ...common, lingerMs: LINGER_MS, ...options });
}

/** Lets the account follow ConfigMaps and Secrets of a namespace. */
function allow(where = namespace): Promise<void> {
  return own.cluster.apply(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: ${account}, namespace: ${where} }
rules: [{ apiGroups: [''], resources: [configmaps, secrets], verbs: [list, watch] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: ${account}, namespace: ${where} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: ${account} }
subjects: [{ kind: ServiceAccount, name: ${account}, namespace: ${namespace} }]
`);
}

const create = (name: string, where = namespace): Promise<ConfigMap> =>
  admin.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: where, name }, data: {} });
const use = () => ({ type: configMaps, namespace, metadataOnly: true, name: 'test-configmaps' });
const watched = (): (string | undefined)[] => proxy.watches.map((watch) => watch.namespace).sort();
const metric = async (name: string): Promise<string[]> =>
  (await registry.metrics()).split('\n').filter((line) => line.startsWith(name));
const synced = (pooled: { informer: { waitForSync(signal: AbortSignal): Promise<void> } }): Promise<void> =>
  pooled.informer.waitForSync(stop.signal);

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

test('the first user starts it, the second shares it, and each hears of changes until it ends', async () => {
  await allow();
  await create('a');
  const pool = createPool();
  const told: string[] = [];
  const acquire = (who: string) => {
    const pooled = pool.acquire(use());
    pooled.informer.addHandler({ add: ({ metadata }) => told.push(`${who} ${metadata.name}`) });
    return pooled;
  };
  const first = acquire('first');
  await synced(first);
  const second = acquire('second');
  expect(told).toEqual(expect.arrayContaining(['first a', 'second a']));
  expect(watched()).toEqual([namespace]);
  expect(await metric('reflector_lists_total{')).toEqual(['reflector_lists_total{resource="test-configmaps"} 1']);
  first.release();
  first.release();
  await create('b');
  await eventually(() => expect(told).toContain('second b'));
  expect(told).not.toContain('first b');
  await clock.advance(LINGER_MS);
  expect(watched()).toEqual([namespace]);
  second.release();
  await clock.advance(LINGER_MS);
  await eventually(() => expect(watched()).toEqual([]));
});

test('an end takes with it the objects and the series', async () => {
  await allow();
  await create('a');
  const pool = createPool();
  const kept: WeakRef<object>[] = [];
  const transform = (object: ConfigMap): { name: string } => {
    const small = { name: object.metadata.name };
    kept.push(new WeakRef(small));
    return small;
  };
  // A function of its own: what it knows ends with it.
  const useOnce = async (): Promise<void> => {
    const pooled = pool.acquire({ ...use(), transform });
    await synced(pooled);
    expect(await metric('informer_objects{')).toHaveLength(1);
    pooled.release();
  };
  await useOnce();
  expect(kept.length).toBeGreaterThan(0);
  await clock.advance(LINGER_MS);
  await eventually(async () => expect(await metric('informer_objects{')).toEqual([]));
  expect(await metric('informer_pool_watches{')).toEqual(
    ['running', 'lingering', 'waiting'].map((state) => `informer_pool_watches{state="${state}"} 0`),
  );
  await eventually(() => {
    collectGarbage();
    expect(kept.filter((ref) => ref.deref() !== undefined)).toHaveLength(0);
  });
});

test('one that comes back in time does not list again, one that comes later does', async () => {
  await allow();
  const pool = createPool();
  const lists = () => metric('reflector_lists_total{');
  for (let i = 0; i < 3; i++) {
    const pooled = pool.acquire(use());
    await synced(pooled);
    pooled.release();
    await clock.advance(LINGER_MS - 1);
  }
  expect(await lists()).toEqual([expect.stringMatching(/ 1$/)]);
  await clock.advance(1);
  await eventually(() => expect(watched()).toEqual([]));
  await synced(pool.acquire(use()));
  expect(await lists()).toEqual([expect.stringMatching(/ 2$/)]);
});

test('users who come and go leave no socket', async () => {
  await allow();
  const pool = createPool();
  const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
  const round = async (): Promise<number> => {
    const pooled = pool.acquire(use());
    await synced(pooled);
    pooled.release();
    await clock.advance(LINGER_MS);
    await eventually(() => expect(watched()).toEqual([]));
    return sockets();
  };
  const before = await round();
  for (let i = 0; i < 20; i++) await round();
  expect(await round()).toBeLessThanOrEqual(before);
});

test('a missing right is said to the users in words, leaves readiness alone, and is over once the right is there', async () => {
  await create('a');
  const pool = createPool();
  const pooled = pool.acquire(use());
  const names: string[] = [];
  pooled.informer.addHandler({ add: ({ metadata }) => names.push(metadata.name) });
  await eventually(async () => {
    await clock.advance(1_000);
    expect(pooled.problem()).toMatchObject({
      code: 'FORBIDDEN',
      publicMessage: `core may not list and watch configmaps in namespace ${namespace}`,
    });
  });
  expect(pooled.problem()?.nextStep).toContain('Grant');
  await eventually(async () => {
    await clock.advance(1_000);
    expect(pooled.informer.health()).toContain('FORBIDDEN');
  });
  expect(pool.health()).toBeUndefined();
  await allow();
  await eventually(async () => {
    await clock.advance(30_000);
    expect(names).toContain('a');
    expect(pooled.problem()).toBeUndefined();
  });
});

test('a kind that does not exist is a problem of its users, too', async () => {
  await allow();
  const pool = createPool({ client: admin });
  const pooled = pool.acquire({
    type: resourceType('example.org', 'v1', 'nothings', 'Nothing', 'Namespaced'),
    name: 'nothings',
  });
  await eventually(() => expect(pooled.problem()?.code).toBe('NOT_FOUND'));
  await eventually(async () => {
    await clock.advance(1_000);
    expect(pooled.informer.health()).toBeDefined();
  });
  expect(pool.health()).toBeUndefined();
});

test('an API server that does not answer turns readiness red', async () => {
  await allow();
  const pool = createPool();
  const undo = proxy.intercept(intercepting({ resource: 'configmaps' }, { before: () => ({ kind: 'cut' }) }));
  const pooled = pool.acquire(use());
  await eventually(async () => {
    await clock.advance(5_000);
    expect(pool.health()).toContain('configmaps');
  });
  expect(pooled.problem()).toBeDefined();
  undo();
  await eventually(async () => {
    await clock.advance(5_000);
    expect(pool.health()).toBeUndefined();
  });
});

test('where there are too many, the next one waits, says so, and gets the place of one that nobody needs', async () => {
  await allow();
  const other = await own.cluster.createNamespace('other');
  await allow(other);
  const pool = createPool({ maxWatches: 1 });
  const first = pool.acquire(use());
  await synced(first);
  const second = pool.acquire({ ...use(), namespace: other });
  expect(second.problem()?.code).toBe('TOO_MANY_WATCHES');
  expect(pool.health()).toBeUndefined();
  expect(watched()).toEqual([namespace]);
  expect(await metric('informer_pool_watches{')).toContain('informer_pool_watches{state="waiting"} 1');
  first.release();
  await synced(second);
  expect(second.problem()).toBeUndefined();
  await eventually(() => expect(watched()).toEqual([other]));
});

test('lists that hang delay neither those of another kind nor those that core itself needs', async () => {
  const over = Promise.withResolvers<undefined>();
  const undo = proxy.intercept(intercepting({ resource: 'configmaps' }, { before: () => over.promise }));
  try {
    const pool = createPool();
    const others = await Promise.all(['h1', 'h2', 'h3', 'h4'].map((name) => own.cluster.createNamespace(name)));
    for (const hanging of [namespace, ...others]) await allow(hanging);
    for (const hanging of others) pool.acquire({ ...use(), namespace: hanging });
    await synced(pool.acquire({ ...use(), type: secrets, name: 'test-secrets' }));
    const needed = createInformer(client, secrets, { namespaces: [namespace], clock });
    needed.start(stop.signal);
    await synced({ informer: needed });
  } finally {
    undo();
    over.resolve(undefined);
  }
});

test('one that goes while it waits takes no place', async () => {
  await allow();
  const pool = createPool({ maxWatches: 1 });
  const first = pool.acquire(use());
  await synced(first);
  pool.acquire({ ...use(), name: 'second' }).release();
  const third = pool.acquire({ ...use(), name: 'third' });
  first.release();
  await synced(third);
  expect(watched()).toEqual([namespace]);
});

test('with a list of namespaces, these are followed and no others', async () => {
  const other = await own.cluster.createNamespace('other');
  await allow();
  await allow(other);
  const pool = createPool({ tenants: [namespace, other] });
  await synced(pool.acquire({ type: configMaps, name: 'all' }));
  expect(watched()).toEqual([namespace, other].sort());
  expect(() => pool.acquire({ ...use(), namespace: 'default' })).toThrow(RangeError);
});

test('users who keep different things of an object cannot share', () => {
  const pool = createPool();
  pool.acquire(use());
  expect(() => pool.acquire({ ...use(), transform: (object: ConfigMap) => object })).toThrow('test-configmaps');
});
