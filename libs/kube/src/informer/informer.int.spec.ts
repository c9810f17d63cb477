import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventually, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { KubeClient } from '../client/client.ts';
import { loadConnection } from '../connection/load.ts';
import { compareResourceVersions, type ConfigMap, configMaps, type Secret, secrets } from '../resource/index.ts';
import { createInformer, type Informer, type InformerOptions } from './informer.ts';

let own: OwnControlPlane;
let admin: KubeClient;
let client: KubeClient;
let namespace: string;
let stop: AbortController;

beforeAll(async () => {
  own = await ownControlPlane();
  admin = own.cluster.client();
}, 300_000);

beforeEach(async () => {
  stop = new AbortController();
  namespace = await own.cluster.createNamespace('informer');
  const connection = await loadConnection({ kubeconfig: own.cluster.adminKubeconfig });
  client = new KubeClient({ connection, pingIntervalMs: 1_000, pingTimeoutMs: 1_000, connectTimeoutMs: 1_000 });
});

afterEach(async () => {
  stop.abort(new Error('test over'));
  await client.close();
});

afterAll(() => own.cluster.stop());

const configMap = (name: string, v = '1', labels: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  data: { v },
});

async function follow(options: InformerOptions<ConfigMap, ConfigMap> = {}): Promise<Informer<ConfigMap>> {
  const informer = createInformer(client, configMaps, { namespaces: [namespace], ...options });
  informer.start(stop.signal);
  await informer.waitForSync(stop.signal);
  return informer;
}

/** What Node starts with `--expose-gc` for. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

/** Handlers that keep a copy of their own: it matches the store only if no change was missed or told twice. */
function mirror(informer: Informer<ConfigMap>): Map<string, string> {
  const seen = new Map<string, string>();
  informer.addHandler({
    add: ({ metadata, data }) => {
      if (seen.has(metadata.name)) throw new Error(`${metadata.name} was added twice`);
      seen.set(metadata.name, data?.['v'] ?? '');
    },
    update: (before, after) => {
      if (seen.get(before.metadata.name) !== before.data?.['v'])
        throw new Error(`${before.metadata.name} was not what it was`);
      seen.set(after.metadata.name, after.data?.['v'] ?? '');
    },
    delete: ({ metadata }) => {
      if (!seen.delete(metadata.name)) throw new Error(`${metadata.name} was deleted twice`);
    },
  });
  return seen;
}

test('follows what kubectl and others do', async () => {
  for (let i = 0; i < 12; i += 1) await admin.create(configMaps, configMap(`c${i}`));
  const informer = await follow({ pageSize: 5, indexers: { v: ({ data }) => [data?.['v'] ?? ''] } });
  const seen = mirror(informer);
  expect(seen.size).toBe(12);
  expect(informer.store.get(namespace, 'c0')?.metadata.managedFields).toBeUndefined();
  const { code } = await own.cluster.kubectl('-n', namespace, 'patch', 'configmap', 'c3', '-p', '{"data":{"v":"two"}}');
  expect(code).toBe(0);
  await admin.delete(configMaps, { namespace, name: 'c4' });
  await admin.create(configMaps, configMap('new', 'two'));
  await eventually(() => {
    expect(informer.store.byIndex('v', 'two').map(({ metadata }) => metadata.name)).toEqual(['c3', 'new']);
    expect(seen.get('c3')).toBe('two');
    expect(seen.has('c4')).toBe(false);
  });
});

test('what has gone since the list is not kept alive by the watch', async () => {
  for (let i = 0; i < 5; i += 1) await admin.create(configMaps, configMap(`c${i}`));
  const kept: WeakRef<ConfigMap>[] = [];
  const transform = (object: ConfigMap): ConfigMap => {
    kept.push(new WeakRef(object));
    return object;
  };
  const informer = await follow({ transform });
  expect(kept).toHaveLength(5);
  for (let i = 0; i < 5; i += 1) await admin.delete(configMaps, { namespace, name: `c${i}` });
  await eventually(() => expect(informer.store.size).toBe(0));
  await eventually(() => {
    collectGarbage();
    expect(kept.filter((ref) => ref.deref() !== undefined)).toHaveLength(0);
  });
});

test('a label selector decides what enters and what leaves', async () => {
  await admin.create(configMaps, configMap('in', '1', { app: 'x' }));
  await admin.create(configMaps, configMap('out'));
  const informer = await follow({ labelSelector: 'app=x' });
  expect(informer.store.keys()).toEqual([`${namespace}/in`]);
  await admin.patch(configMaps, { namespace, name: 'in' }, { metadata: { labels: { app: null } } }, { type: 'merge' });
  await admin.patch(configMaps, { namespace, name: 'out' }, { metadata: { labels: { app: 'x' } } }, { type: 'merge' });
  await eventually(() => expect(informer.store.keys()).toEqual([`${namespace}/out`]));
});

test('the DELETED event of an object that leaves a selector has the version of that change', async () => {
  await admin.create(configMaps, configMap('in', '1', { app: 'x' }));
  const informer = await follow({ labelSelector: 'app=x' });
  const atDelete = Promise.withResolvers<string>();
  informer.addHandler({ delete: () => atDelete.resolve(informer.position(namespace)) });
  const patch = { metadata: { labels: { app: null } } };
  const left = await admin.patch(configMaps, { namespace, name: 'in' }, patch, { type: 'merge' });
  expect(await atDelete.promise).toBe(left.metadata.resourceVersion);
  expect(compareResourceVersions(informer.position(namespace), left.metadata.resourceVersion ?? '')).toBe(0);
});

test('of metadata alone holds no value', async () => {
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 's', namespace },
    stringData: { k: 's3cret' },
  };
  const informer = createInformer(client, secrets, { namespaces: [namespace], metadataOnly: true });
  informer.start(stop.signal);
  await informer.waitForSync(stop.signal);
  await admin.create(secrets, secret);
  const held = await eventually(() => {
    const found = informer.store.get(namespace, 's');
    expect(found).toBeDefined();
    return found;
  });
  expect(held).toMatchObject({ apiVersion: 'v1', kind: 'Secret' });
  expect(held).not.toHaveProperty('data');
});

test('the API server is killed and comes back: every change arrives once', async () => {
  const informer = await follow();
  const seen = mirror(informer);
  await admin.create(configMaps, configMap('kept'));
  await admin.create(configMaps, configMap('doomed'));
  await eventually(() => expect(seen.size).toBe(informer.store.size));
  await own.controlPlane.killApiServer();
  await expect(client.get(configMaps, { namespace, name: 'kept' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  expect(client.isReachable()).toBe(false);
  await own.controlPlane.startApiServer();
  await admin.update(configMaps, configMap('kept', '2'));
  await admin.delete(configMaps, { namespace, name: 'doomed' });
  await admin.create(configMaps, configMap('new'));
  await eventually(() => expect(Object.fromEntries(seen)).toMatchObject({ kept: '2', new: '1' }));
  await eventually(() => expect(seen.has('doomed')).toBe(false));
  expect([...seen.keys()].toSorted()).toEqual(
    informer.store
      .list()
      .map(({ metadata }) => metadata.name)
      .toSorted(),
  );
  expect(client.isReachable()).toBe(true);
});

test('the API server freezes: the watch is cut by its unanswered PING, and goes on when it thaws', async () => {
  const informer = await follow();
  const { apiServer } = own.controlPlane.pids;
  process.kill(apiServer, 'SIGSTOP');
  try {
    await eventually(() => expect(client.isReachable()).toBe(false));
    await expect(client.get(configMaps, { namespace, name: 'x' })).rejects.toMatchObject({ code: 'UNREACHABLE' });
  } finally {
    process.kill(apiServer, 'SIGCONT');
  }
  await eventually(() => admin.create(configMaps, configMap('thawed')));
  await eventually(() => expect(informer.store.get(namespace, 'thawed')).toBeDefined());
});
