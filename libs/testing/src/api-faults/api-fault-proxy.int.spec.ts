import { type ConfigMap, configMaps, createInformer, type Informer, KubeClient, loadConnection } from '@eso/kube';
import { applyManifest, parseManifests } from '../cluster/manifest.ts';
import { controlPlane } from '../cluster/control-plane.ts';
import type { TestCluster } from '../cluster/test-cluster.ts';
import { eventually } from '../eventually.ts';
import { ApiFaultProxy } from './api-fault-proxy.ts';
import { RandomFaults } from './random-faults.ts';
import { atWrite, intercepting, onlyFirst } from './interceptor.ts';

/** Of every ServiceAccount, on the ConfigMaps of one namespace. */
const RIGHTS = `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: config-maps }
rules: [{ apiGroups: [''], resources: [configmaps], verbs: ['*'] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: config-maps }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: config-maps }
subjects: [{ apiGroup: rbac.authorization.k8s.io, kind: Group, name: system:serviceaccounts }]
`;

let cluster: TestCluster;
let proxy: ApiFaultProxy;
/** Goes through the proxy, with rights on the ConfigMaps of `namespace` only. */
let client: KubeClient;
let namespace: string;
let informer: Informer<ConfigMap>;
/** What the handlers of the informer were told, such as `add a`. */
let told: string[];
const stop = new AbortController();

beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

beforeEach(async () => {
  namespace = await cluster.createNamespace();
  proxy = await ApiFaultProxy.start({ url: cluster.url, caFile: cluster.caFile });
  const kubeconfig = await cluster.kubeconfigFor({ namespace, name: 'tester' });
  for (const manifest of parseManifests(RIGHTS))
    await applyManifest(cluster.client(), { ...manifest, metadata: { ...manifest.metadata, namespace } });
  await proxy.redirect(kubeconfig);
  client = new KubeClient({ connection: await loadConnection({ kubeconfig }) });
  informer = createInformer(client, configMaps, { namespaces: [namespace] });
  told = [];
  informer.addHandler({
    add: ({ metadata }) => told.push(`add ${metadata.name}`),
    update: (_, { metadata }) => told.push(`update ${metadata.name}`),
    delete: ({ metadata }) => told.push(`delete ${metadata.name}`),
  });
  await eventually(() => client.list(configMaps, { namespace }));
  informer.start(stop.signal);
  await informer.waitForSync(stop.signal);
  await eventually(() => expect(proxy.watches).toHaveLength(1));
});
afterEach(async () => {
  await client.close();
  await proxy.stop();
});
afterAll(() => stop.abort());

const admin = (): KubeClient => cluster.client();
const make = (name: string, through = admin()): Promise<ConfigMap> =>
  through.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace, name } });
const touch = (name: string): Promise<ConfigMap> =>
  admin().patch(configMaps, { namespace, name }, { data: { at: String(Math.random()) } }, { type: 'merge' });
const remove = (name: string): Promise<unknown> => admin().delete(configMaps, { namespace, name });
const names = (): string[] => informer.store.list().map(({ metadata }) => metadata.name);
const untilTold = (...expected: string[]): Promise<void> => eventually(() => expect(told).toEqual(expected));

test('it passes on what is asked, with the rights of who asks', async () => {
  await make('a', client);
  await untilTold('add a');
  await expect(client.list(configMaps, { namespace: 'kube-system' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(proxy.writes).toMatchObject([{ verb: 'create', resource: 'configmaps', namespace, name: 'a' }]);
});

test('held events come in their order when they are released', async () => {
  const hold = proxy.hold({ resource: 'configmaps' });
  await make('a');
  await make('b');
  await touch('a');
  await eventually(() => expect(hold.size).toBe(3));
  expect(told).toEqual([]);
  hold.release();
  await untilTold('add a', 'add b', 'update a');
});

test('one object can be held behind the others', async () => {
  const hold = proxy.hold({ resource: 'configmaps', name: 'a' });
  await make('a');
  await touch('a');
  await make('b');
  await untilTold('add b');
  hold.release();
  await untilTold('add b', 'add a', 'update a');
  expect(() => proxy.hold({ resource: 'configmaps', name: 'a' }).close()).toThrow('release or expire');
});

test('a watch that ends while an object is held behind the others loses nothing: the client has to list', async () => {
  await make('a');
  await untilTold('add a');
  proxy.hold({ resource: 'configmaps', name: 'a' });
  await remove('a');
  await make('b');
  await untilTold('add a', 'add b');
  proxy.endWatches('configmaps');
  await untilTold('add a', 'add b', 'delete a');
});

test('a silent watch that expires makes the client list: what came and went meanwhile was never there', async () => {
  await make('kept');
  await untilTold('add kept');
  const hold = proxy.hold({ resource: 'configmaps' });
  await make('brief');
  await remove('brief');
  await remove('kept');
  await make('new');
  await eventually(() => expect(hold.size).toBe(4));
  hold.expire();
  await untilTold('add kept', 'delete kept', 'add new');
});

test('a silent watch that is closed is taken up where it was', async () => {
  const hold = proxy.hold({ resource: 'configmaps' });
  await make('brief');
  await remove('brief');
  await eventually(() => expect(hold.size).toBe(2));
  hold.close();
  await untilTold('add brief', 'delete brief');
});

test('events can be lost and repeated', async () => {
  const undo = proxy.onEvent((_, { name }) => (name === 'lost' ? 'drop' : 'repeat'));
  await make('lost');
  await make('twice');
  await eventually(() => expect(names()).toEqual(['twice']));
  undo();
  proxy.expire('configmaps');
  await eventually(() => expect(names().sort()).toEqual(['lost', 'twice']));
});

test('an answer can come after the event, while somebody else acts', async () => {
  proxy.intercept(
    intercepting(
      { verb: 'create', name: 'a' },
      {
        after: async () => {
          await untilTold('add a');
          await remove('a');
          await untilTold('add a', 'delete a');
          return undefined;
        },
      },
    ),
  );
  expect((await make('a', client)).metadata.name).toBe('a');
  expect(told).toEqual(['add a', 'delete a']);
});

test('an answer can be lost, or a request refused before it happens', async () => {
  proxy.intercept(intercepting({ name: 'a' }, { after: () => ({ kind: 'cut' }) }));
  await expect(make('a', client)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  proxy.intercept(
    onlyFirst(intercepting({ name: 'b' }, { before: () => ({ kind: 'refuse', status: 409, reason: 'Conflict' }) })),
  );
  await expect(make('b', client)).rejects.toMatchObject({ code: 'CONFLICT' });
  await untilTold('add a');
  await make('b', client);
});

test('the n-th write is a place for a crash', async () => {
  const seen: (string | undefined)[] = [];
  proxy.intercept(atWrite(2, { before: ({ name }) => (seen.push(name), { kind: 'cut' }) }));
  await make('a', client);
  await expect(make('b', client)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await make('c', client);
  expect(seen).toEqual(['b']);
  await untilTold('add a', 'add c');
});

test('what comes after the n-th write waits for one that is carried out', async () => {
  const seen: (string | undefined)[] = [];
  proxy.intercept(intercepting({ name: 'b' }, { before: () => ({ kind: 'cut' }) }));
  proxy.intercept(atWrite(2, { after: ({ name }) => (seen.push(name), undefined) }));
  await make('a', client);
  await expect(make('b', client)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await make('c', client);
  expect(seen).toEqual(['c']);
});

test('after any weather the view is true, and some of it was felt', async () => {
  const weather = new RandomFaults({ proxy, seed: 7, resources: ['configmaps'], longestMs: 150 });
  let failures = 0;
  for (let i = 0; i < 60; i++) {
    const { name } = (await make(`cm-${i}`, client).catch(() => undefined))?.metadata ?? {};
    if (name === undefined) failures++;
    else if (i % 3 === 0) await client.delete(configMaps, { namespace, name }).catch(() => failures++);
  }
  await weather.stop();
  const { items } = await admin().list(configMaps, { namespace });
  await eventually(() => expect(names().sort()).toEqual(items.map(({ metadata }) => metadata.name).sort()));
  expect(failures).toBeGreaterThan(0);
});
