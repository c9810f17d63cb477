/**
 * node --conditions=@eso/source e2e/src/moving-over/compare-with-upstream.ts --binary PATH --crds FOLDER [--count 300]: External
 * Secrets 2.9 itself judges its model. A build of it and the model bring the same ExternalSecrets into the same state, in two
 * namespaces; every field that is stored is compared. Then upstream starts among those of the model, and does to each what the model
 * says. tools/upstream-model/README.md has how to build it. Exit code 0 only if all agree.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { externalSecrets } from '@eso/api/resources';
import { configMaps, type KubeClient, secrets } from '@eso/kube';
import { ownControlPlane, type TestCluster } from '@eso/testing';
import { LOST, type Migrant, migrants, passOver, STORED, targetNameOf, type Texts } from '@eso/upstream-model';
import { backendNow, leaveBehind } from './leave-behind.ts';
import { differencesBetween } from './same-objects.ts';
import { scenesOf } from './scenes.ts';
import { snapshotOf, touched } from './snapshot.ts';
import { UpstreamProcess } from './upstream-process.ts';
import { UpstreamWrites } from './upstream-writes.ts';

const { values: options } = parseArgs({
  options: { binary: { type: 'string' }, crds: { type: 'string' }, count: { type: 'string', default: '300' } },
});
const { binary = '', crds = '', count } = options;
if (binary === '' || crds === '') {
  console.error('--binary takes a build of External Secrets 2.9, --crds its folder config/crds/bases');
  process.exit(2);
}
const REAL = 'real-0';
const MODELLED = 'modl-0';

const { cluster } = await ownControlPlane();
let wrong: string[];
try {
  wrong = await compare(cluster);
} finally {
  await cluster.stop();
}
for (const line of wrong) console.log(line);
console.log(wrong.length === 0 ? 'upstream and its model agree' : `${wrong.length} differences`);
process.exit(wrong.length === 0 ? 0 : 1);

async function compare(on: TestCluster): Promise<string[]> {
  const client = on.client();
  await kubectl(on, 'apply', '--server-side', '-f', crds);
  for (const namespace of [REAL, MODELLED]) await on.ensureNamespace(namespace);
  await putStores(on, { ...STORED, ...LOST });
  const of = (namespace: string): Migrant[] =>
    migrants({ count: Number(count), namespaces: [namespace], stores: [{ kind: 'SecretStore', name: 'backend' }] });
  const upstream = new UpstreamProcess(binary, on);
  await byUpstream(on, upstream, of(REAL));
  await leaveBehind(client, of(MODELLED));
  const [real, modelled] = [await snapshotOf(client, [REAL]), await snapshotOf(client, [MODELLED])];
  const differing = [
    ...differencesBetween(real.externalSecrets, modelled.externalSecrets),
    ...differencesBetween(real.secrets, modelled.secrets),
  ];
  console.log(`${real.externalSecrets.size} ExternalSecrets and ${real.secrets.size} Secrets of each are compared`);

  const scenes = await scenesOf(client, [MODELLED], backendNow);
  const predicted = scenes.filter((scene) => passOver(scene).effects.length > 0);
  await upstream.run(() => quiet(client));
  const after = await snapshotOf(client, [MODELLED]);
  const expected = predicted.map(({ externalSecret: { metadata } }) => `${MODELLED}/${metadata.name}`).sort();
  const looked = touched(modelled.externalSecrets, after.externalSecrets);
  console.log(`upstream starts: ${looked.length} ExternalSecrets are written, ${expected.length} as the model says`);
  return [
    ...differing,
    ...touched(modelled.secrets, after.secrets).map((key) => `upstream wrote Secret ${key}`),
    ...looked
      .filter((key) => !expected.includes(key))
      .map((key) => `upstream wrote ${key}, which the model has settled`),
    ...expected.filter((key) => !looked.includes(key)).map((key) => `upstream did not write ${key}`),
  ];
}

/** Users write their manifests, and upstream acts. */
async function byUpstream(on: TestCluster, upstream: UpstreamProcess, all: readonly Migrant[]): Promise<void> {
  const client = on.client();
  const writes = new UpstreamWrites(client);
  const second = (migrant: Migrant): boolean => migrant.shape.endsWith('(other)');
  // Of two that share a target, one comes after the other.
  for (const wave of [all.filter((migrant) => !second(migrant)), all.filter(second)]) {
    for (const { manifest, author, before, texts } of wave) {
      const { namespace = '' } = manifest.metadata;
      if (texts) {
        const metadata = { namespace, name: texts.name };
        const data = { ...texts.data };
        await client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
      }
      if (before) await writes.secretByHand(before);
      await writes.apply(manifest, author);
    }
    await upstream.run(() => quiet(client));
  }
  await putStores(on, STORED);
  for (const migrant of all) await afterwards(client, migrant);
  await upstream.run(() => quiet(client));
}

/** What users did later. Upstream looks again at what lost its values because the time of the last look is taken away. */
async function afterwards(client: KubeClient, { manifest, afterwards: all }: Migrant): Promise<void> {
  const { namespace = '', name } = manifest.metadata;
  const target = { namespace, name: targetNameOf(manifest) };
  for (const happened of all) {
    const unset = { status: { refreshTime: null } };
    const status = { type: 'merge', subresource: 'status', fieldManager: 'external-secrets' } as const;
    if (happened.kind === 'losesValues') await client.patch(externalSecrets, { namespace, name }, unset, status);
    if (happened.kind === 'editsSpec')
      await client.patch(externalSecrets, { namespace, name }, { spec: happened.spec }, { type: 'merge' });
    if (happened.kind === 'deletesSecret') await client.delete(secrets, target);
    if (happened.kind === 'editsSecret')
      await client.patch(secrets, target, { data: happened.data }, { type: 'merge' });
  }
}

async function putStores(on: TestCluster, values: Texts): Promise<void> {
  const data = Object.entries(values).map(([key, value]) => ({ key, value }));
  const stores = [REAL, MODELLED].map((namespace) => ({
    apiVersion: 'external-secrets.io/v1',
    kind: 'SecretStore',
    metadata: { namespace, name: 'backend' },
    spec: { provider: { fake: { data } } },
  }));
  const file = join(on.state.dir, 'stores.json');
  await writeFile(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: stores }));
  await kubectl(on, 'apply', '--server-side', '--force-conflicts', '-f', file);
}

async function kubectl(on: TestCluster, ...args: string[]): Promise<void> {
  const { code, stderr } = await on.kubectl(...args);
  if (code !== 0) throw new Error(stderr);
}

/** Resolves when nothing has been written for five seconds. */
async function quiet(client: KubeClient): Promise<void> {
  const state = async (): Promise<string> => {
    const { externalSecrets: objects, secrets: found } = await snapshotOf(client, [REAL, MODELLED]);
    return [...objects.values(), ...found.values()].map(({ metadata }) => metadata.resourceVersion).join();
  };
  for (let last = ''; ;) {
    await sleep(5_000);
    const now = await state();
    if (now === last) return;
    last = now;
  }
}
