import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { loadConnection } from '../connection/load.ts';
import { isKubeError } from '../error.ts';
import {
  type ConfigMap,
  configMaps,
  customResourceDefinitions,
  type KubeObject,
  leases,
  resourceType,
  type Secret,
  secrets,
  serviceAccounts,
} from '../resource/index.ts';
import { KubeClient } from './client.ts';
import type { Listed, WatchEvent } from './options.ts';

let cluster: TestCluster;
let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  cluster = await controlPlane();
  client = cluster.client();
}, 120_000);

beforeEach(async () => {
  namespace = await cluster.createNamespace('kube-client');
});

afterAll(() => cluster.stop());

const configMap = (
  name: string,
  data: Record<string, string> = {},
  labels: Record<string, string> = {},
): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, labels },
  data,
});

interface Widget extends KubeObject {
  spec?: { size: number };
  status?: { phase: string };
}
const widgets = resourceType<Widget>('kube.test', 'v1', 'widgets', 'Widget', 'Namespaced');

describe('one object', () => {
  test('is created, read, replaced, changed in part and deleted', async () => {
    const created = await client.create(configMaps, configMap('a', { v: '1' }), { fieldManager: 'tester' });
    expect(created).toMatchObject({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'a', namespace },
      data: { v: '1' },
    });
    expect(created.metadata.managedFields?.map(({ manager }) => manager)).toEqual(['tester']);

    const updated = await client.update(configMaps, { ...created, data: { v: '2' } });
    expect(updated.metadata.resourceVersion).not.toBe(created.metadata.resourceVersion);
    const ref = { namespace, name: 'a' };
    expect((await client.patch(configMaps, ref, { data: { w: '3' } }, { type: 'merge' })).data).toEqual({
      v: '2',
      w: '3',
    });
    const operations = [{ op: 'remove', path: '/data/v' }];
    expect((await client.patch(configMaps, ref, operations, { type: 'json' })).data).toEqual({ w: '3' });
    expect((await client.get(configMaps, ref)).data).toEqual({ w: '3' });

    await client.delete(configMaps, ref);
    await expect(client.get(configMaps, ref)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      status: 404,
      reason: 'NotFound',
      retryable: false,
      publicMessage: 'configmaps "a" not found',
    });
  });

  test('is applied by several managers, who own what they said', async () => {
    const ref = { namespace, name: 'shared' };
    const ours = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { a: '1' } };
    const theirs = { ...ours, data: { a: '2', b: '2' } };
    await client.patch(configMaps, ref, ours, { type: 'apply', fieldManager: 'us' });
    const conflict = await client
      .patch(configMaps, ref, theirs, { type: 'apply', fieldManager: 'them' })
      .catch((error: unknown) => error);
    expect(conflict).toMatchObject({
      code: 'CONFLICT',
      causes: [{ field: '.data.a', reason: 'FieldManagerConflict' }],
    });
    const forced = await client.patch(configMaps, ref, theirs, { type: 'apply', fieldManager: 'them', force: true });
    expect(forced.data).toEqual({ a: '2', b: '2' });
    const withdrawn = await client.patch(
      configMaps,
      ref,
      { ...ours, data: {} },
      { type: 'apply', fieldManager: 'them' },
    );
    expect(withdrawn.data).toBeUndefined();
  });

  test('that has changed meanwhile is a conflict; one of the same name exists already', async () => {
    const created = await client.create(configMaps, configMap('a'));
    await client.update(configMaps, { ...created, data: { v: '1' } });
    await expect(client.update(configMaps, { ...created, data: { v: '2' } })).rejects.toMatchObject({
      code: 'CONFLICT',
      retryable: true,
    });
    await expect(client.create(configMaps, configMap('a'))).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      retryable: false,
    });
  });

  test('is deleted only if it is the one meant', async () => {
    const { metadata } = await client.create(configMaps, configMap('a'));
    const ref = { namespace, name: 'a' };
    await expect(client.delete(configMaps, ref, { uid: 'another' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(client.delete(configMaps, ref, { resourceVersion: '1' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await client.delete(configMaps, ref, {
      uid: metadata.uid!,
      resourceVersion: metadata.resourceVersion!,
      propagationPolicy: 'Background',
    });
    await expect(client.delete(configMaps, ref)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('that is invalid names its fields', async () => {
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'a', namespace },
      spec: { leaseDurationSeconds: -1 },
    };
    await expect(client.create(leases, lease)).rejects.toMatchObject({
      code: 'INVALID',
      status: 422,
      retryable: false,
      causes: [{ field: 'spec.leaseDurationSeconds', reason: 'FieldValueInvalid' }],
    });
  });

  test('of a custom kind has a status of its own', async () => {
    const { group, plural, kind } = widgets;
    const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
    const version = { name: 'v1', served: true, storage: true, schema, subresources: { status: {} } };
    const crd = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `${plural}.${group}` },
      spec: { group, scope: 'Namespaced' as const, names: { plural, kind }, versions: [version] },
    };
    await client.create(customResourceDefinitions, crd);
    try {
      const widget: Widget = {
        apiVersion: 'kube.test/v1',
        kind: 'Widget',
        metadata: { name: 'a', namespace },
        spec: { size: 1 },
      };
      const created = await eventually(() => client.create(widgets, widget));
      await client.updateStatus(widgets, { ...created, spec: { size: 9 }, status: { phase: 'Ready' } });
      const ref = { namespace, name: 'a' };
      expect(await client.get(widgets, ref)).toMatchObject({
        spec: { size: 1 },
        status: { phase: 'Ready' },
        metadata: { generation: 1 },
      });
      await client.patch(widgets, ref, { status: { phase: 'Gone' } }, { type: 'merge', subresource: 'status' });
      await client.patch(widgets, ref, { status: { phase: 'unseen' } }, { type: 'merge' });
      expect((await client.get(widgets, ref)).status).toEqual({ phase: 'Gone' });
    } finally {
      await client.delete(customResourceDefinitions, { name: `${plural}.${group}` });
    }
  });
});

describe('many objects', () => {
  test('are listed in pages, with kind and apiVersion, by label and by field', async () => {
    for (let i = 0; i < 7; i += 1)
      await client.create(configMaps, configMap(`c${i}`, {}, { odd: String(i % 2 === 1) }));
    const listed: Listed<ConfigMap>[] = [];
    for await (const item of client.items(configMaps, { namespace, limit: 3 })) listed.push(item);
    const told = listed.map((item) => (item.kind === 'object' ? item.object.metadata.name : item.kind));
    expect(told).toEqual(['c0', 'c1', 'c2', 'page', 'c3', 'c4', 'c5', 'page', 'c6', 'page']);
    const pages = listed.filter((item) => item.kind === 'page');
    expect(new Set(pages.map(({ resourceVersion }) => resourceVersion)).size).toBe(1);
    expect(pages.map(({ last }) => last)).toEqual([false, false, true]);
    const [first] = listed;
    expect(first).toMatchObject({ object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace } } });
    await expect(client.get(configMaps, { namespace, name: 'c0' })).resolves.toEqual(
      first?.kind === 'object' && first.object,
    );
    const odd = await client.list(configMaps, { namespace, labelSelector: 'odd=true' });
    expect(odd.items.map(({ metadata }) => metadata.name)).toEqual(['c1', 'c3', 'c5']);
    const one = await client.list(configMaps, { namespace, fieldSelector: 'metadata.name=c4' });
    expect(one.items).toHaveLength(1);
    expect((await client.list(configMaps, { labelSelector: 'odd=false' })).items.length).toBeGreaterThanOrEqual(4);
  });

  test('of which metadata alone is asked for come without values, from get, list and watch alike', async () => {
    const secret: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace },
      stringData: { k: 'v' },
    };
    const stop = new AbortController();
    const { resourceVersion } = await client.list(secrets, { namespace, metadataOnly: true });
    await client.create(secrets, secret);
    const got = await client.get(secrets, { namespace, name: 's' }, { metadataOnly: true });
    const [listed] = (await client.list(secrets, { namespace, metadataOnly: true })).items;
    const [event] = await take(
      1,
      client.watch(secrets, { namespace, resourceVersion, metadataOnly: true, signal: stop.signal }),
    );
    for (const object of [got, listed, objectOf(event)]) {
      expect(object?.metadata.name).toBe('s');
      expect(object).not.toHaveProperty('data');
    }
    for (const object of [listed, objectOf(event)]) expect(object).toMatchObject({ apiVersion: 'v1', kind: 'Secret' });
  });

  test('are watched: what happens after a version, until the time asked for', async () => {
    const before = await client.list(configMaps, { namespace });
    const created = await client.create(configMaps, configMap('a', { v: '1' }));
    await client.update(configMaps, { ...created, data: { v: '2' } });
    await client.delete(configMaps, { namespace, name: 'a' });
    const seen: string[] = [];
    const watch = client.watch(configMaps, { namespace, resourceVersion: before.resourceVersion, timeoutSeconds: 1 });
    for await (const event of watch) {
      if ('object' in event && event.type !== 'BOOKMARK')
        seen.push(`${event.type} ${event.object.metadata.name} ${event.object.data?.['v']}`);
    }
    expect(seen).toEqual(['ADDED a 1', 'MODIFIED a 2', 'DELETED a 2']);
  });

  test('are watched from the start, with a bookmark where the start ends', async () => {
    await client.create(configMaps, configMap('a'));
    const options = { namespace, resourceVersion: '', sendInitialEvents: true, allowBookmarks: true };
    const events = await take(2, client.watch(configMaps, options));
    expect(events.map(({ type }) => type)).toEqual(['ADDED', 'BOOKMARK']);
    expect(objectOf(events[1])?.metadata.annotations).toMatchObject({ 'k8s.io/initial-events-end': 'true' });
  });

  test('are not listed on from a token that the API server never gave', async () => {
    const page = client.list(configMaps, { namespace, limit: 3, continue: 'made-up' });
    await expect(page).rejects.toMatchObject({ code: 'BAD_REQUEST', status: 400 });
  });
});

describe('rights', () => {
  test('a token that was issued proves who its bearer is, and what is not allowed is FORBIDDEN', async () => {
    await client.create(serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot', namespace },
    });
    const issued = await client.createToken({ namespace, name: 'robot' }, { expirationSeconds: 600 });
    expect(Date.parse(issued.expirationTimestamp) - Date.now()).toBeLessThanOrEqual(600_000);
    const admin = await loadConnection({ kubeconfig: cluster.adminKubeconfig });
    const { ca } = await admin.tls();
    const connection = {
      server: admin.server,
      tls: () => Promise.resolve({ ...(ca && { ca }) }),
      authorization: () => `Bearer ${issued.token}`,
    };
    const robot = new KubeClient({ connection });
    const impostor = new KubeClient({ connection: { ...connection, authorization: () => 'Bearer made-up' } });
    try {
      const self = await robot.request('POST', '/apis/authentication.k8s.io/v1/selfsubjectreviews', { body: {} });
      expect(self).toMatchObject({ status: { userInfo: { username: `system:serviceaccount:${namespace}:robot` } } });
      const denied = await robot.list(secrets, { namespace }).catch((error: unknown) => error);
      expect(denied).toMatchObject({ code: 'FORBIDDEN', status: 403 });
      expect(isKubeError(denied) && denied.publicMessage).toMatch(/cannot list resource "secrets"/);
      await expect(impostor.list(secrets, { namespace })).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    } finally {
      await Promise.all([robot.close(), impostor.close()]);
    }
  });

  test('a token for others is not good for the API server', async () => {
    await client.create(serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot', namespace },
    });
    const { token } = await client.createToken({ namespace, name: 'robot' }, { audiences: ['vault'] });
    const [, payload = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({ aud: ['vault'] });
  });
});

test('what is no object is answered as text', async () => {
  await expect(client.request('GET', '/readyz')).resolves.toBe('ok');
  expect(client.isReachable()).toBe(true);
});

function objectOf<T extends KubeObject>(event: WatchEvent<T> | undefined): KubeObject | undefined {
  return event === undefined || event.type === 'OVERSIZED' ? undefined : event.object;
}

/** The first `count` events of a watch. */
async function take<T>(count: number, watch: AsyncIterable<WatchEvent<T>>): Promise<WatchEvent<T>[]> {
  const events: WatchEvent<T>[] = [];
  for await (const event of watch) if (events.push(event) === count) break;
  return events;
}
