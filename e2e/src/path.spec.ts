import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, workspaceRoot } from '@eso/testing';
import { externalSecretManifest, fakeConfig, fakeStore, System, wholeValues } from './support/system.ts';

const TENANT = 'path';
let system: System;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
});
afterAll(() => system.stop());

test('an ExternalSecret becomes a Secret, with the marks that External Secrets 2.x puts there', async () => {
  await system.apply(fakeStore(TENANT, 'store', { username: 'demo', password: 'marker-one-4711' }));
  await system.apply(externalSecretManifest(TENANT, 'database', 'store', wholeValues('username', 'password')));
  expect(await system.ready(TENANT, 'database')).toMatchObject({ reason: 'SecretSynced', message: 'secret synced' });
  const es = await system.externalSecret(TENANT, 'database');
  expect(es.status).toMatchObject({ binding: { name: 'database' } });
  expect(es.metadata.finalizers).toBeUndefined();
  expect(await system.kubectl('-n', TENANT, 'get', 'externalsecrets')).toMatch(
    /database +Provider +store +1s +SecretSynced +True/,
  );
  const { metadata, data } = await system.secret(TENANT, 'database');
  expect(data).toEqual({ username: 'ZGVtbw==', password: 'bWFya2VyLW9uZS00NzEx' });
  expect(metadata.labels).toMatchObject({ 'reconcile.external-secrets.io/managed': 'true' });
  expect(metadata.annotations?.['reconcile.external-secrets.io/data-hash']).toMatch(/^[0-9a-f]{56}$/);
  expect(metadata.annotations).not.toHaveProperty('kubectl.kubernetes.io/last-applied-configuration');
  expect(metadata.ownerReferences).toEqual([
    expect.objectContaining({ kind: 'ExternalSecret', name: 'database', uid: es.metadata.uid, controller: true }),
  ]);
  // Both were new: no complaint that the store was not ready a moment earlier.
  await eventually(async () =>
    expect(
      (await system.events(TENANT, 'database')).map(({ type, reason, message }) => [type, reason, message]),
    ).toEqual([['Normal', 'Created', 'secret created']]),
  );
});

test('the Secret follows the backend, and only its values change', async () => {
  const before = await system.secret(TENANT, 'database');
  await system.apply(fakeConfig(TENANT, 'store', { username: 'demo', password: 'marker-two-4711' }));
  await system.holds(TENANT, 'database', { username: 'demo', password: 'marker-two-4711' });
  const after = await system.secret(TENANT, 'database');
  expect(after.metadata.uid).toBe(before.metadata.uid);
});

test('a Secret that somebody edits is put right, one that somebody deletes comes back', async () => {
  await system.kubectl(
    '-n',
    TENANT,
    'patch',
    'secret',
    'database',
    '-p',
    '{"stringData":{"password":"forged","more":"x"}}',
  );
  await system.holds(TENANT, 'database', { username: 'demo', password: 'marker-two-4711' });
  await system.kubectl('-n', TENANT, 'delete', 'secret', 'database');
  await system.holds(TENANT, 'database', { username: 'demo', password: 'marker-two-4711' });
});

test('dataFrom takes all properties of one secret, or all secrets that match, with their keys rewritten', async () => {
  await system.apply(
    fakeStore(TENANT, 'many', {
      'app/config': '{"host":"db","port":5432,"on":true}',
      'app/a': '1',
      'app/b': '2',
      other: '3',
    }),
  );
  await system.apply(externalSecretManifest(TENANT, 'extract', 'many', 'dataFrom: [{ extract: { key: app/config } }]'));
  await system.apply(
    externalSecretManifest(
      TENANT,
      'find',
      'many',
      'dataFrom: [{ find: { name: { regexp: "^app.[ab]$" } }, rewrite: [{ regexp: { source: "app.(.*)", target: "key-$1" } }] }]',
    ),
  );
  await system.holds(TENANT, 'extract', { host: 'db', port: '5432', on: 'true' });
  await system.holds(TENANT, 'find', { 'key-a': '1', 'key-b': '2' });
});

test('a renamed target leaves no Secret behind', async () => {
  await system.kubectl(
    '-n',
    TENANT,
    'patch',
    'externalsecret',
    'extract',
    '--type=merge',
    '-p',
    '{"spec":{"target":{"name":"renamed"}}}',
  );
  await system.holds(TENANT, 'renamed', { host: 'db', port: '5432', on: 'true' });
  await eventually(async () => expect(await system.values(TENANT, 'extract')).toBeUndefined());
});

test('a namespace that core does not serve is left alone [1.17.5]', async () => {
  await system.own.cluster.ensureNamespace('stranger');
  await system.apply(fakeStore('stranger', 'store', { key: 'value' }));
  await system.apply(externalSecretManifest('stranger', 'es', 'store', wholeValues('key')));
  // Something that is served and applied later is done: the other one would have been, too.
  await system.apply(externalSecretManifest(TENANT, 'later', 'store', wholeValues('username')));
  await system.ready(TENANT, 'later');
  expect((await system.externalSecret('stranger', 'es')).status).toBeUndefined();
});

test('no webhook stands between users and the API server, so that none can be down [1.5.17] [6.6.2] [8.60]', async () => {
  const webhooks = 'validatingwebhookconfigurations,mutatingwebhookconfigurations';
  expect(await system.kubectl('get', webhooks, '-o', 'name')).toBe('');
});

test('no value, token or key is in any log, event, condition or metric [1.13.34]', async () => {
  const { installation } = system;
  const metrics = await Promise.all(Object.values(installation.pods).map((pod) => installation.metrics(pod)));
  const objects = await system.kubectl('get', 'externalsecrets,providers,events', '-A', '-o', 'json');
  const spoken = [installation.logs(), ...metrics, objects].join('\n');
  expect(spoken).toContain('database');
  for (const secret of ['marker-two-4711', 'bWFya2VyLW9uZS00NzEx', 'bWFya2VyLXR3by00NzEx', 'PRIVATE KEY', 'eyJhbGciOi'])
    expect(spoken).not.toContain(secret);
});

test('metrics carry the names that dashboards use', async () => {
  const text = await system.installation.metrics(system.installation.core);
  for (const series of [
    'externalsecret_sync_calls_total{name="database",namespace="path"}',
    'externalsecret_status_condition{name="database",namespace="path",condition="Ready",status="True"} 1',
    'controller_runtime_reconcile_total{controller="externalsecret",result="requeue_after"}',
    'workqueue_depth{name="externalsecret"',
    'grpc_client_requests_total{',
  ])
    expect(text).toContain(series);
  const provider = await system.installation.metrics(system.installation.providers['fake']!);
  expect(provider).toContain('grpc_server_requests_total{');
});

test('docs/metrics.md lists the metrics that the processes serve, all of them and no others', async () => {
  const { installation } = system;
  const texts = await Promise.all(Object.values(installation.pods).map((pod) => installation.metrics(pod)));
  const served = new Set(
    texts
      .flatMap((text) => [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name))
      .filter((name) => !/^(nodejs|process)_/.test(name)),
  );
  const page = await readFile(join(workspaceRoot, 'docs', 'metrics.md'), 'utf8');
  const documented = new Set([...page.matchAll(/^\| `(\w+)` \|/gm)].map(([, name = '']) => name));
  expect([...documented].sort()).toEqual([...served].sort());
});
