// What the parts of the controller count and log reaches the registry and the logger of the process.
import { applyManifest, controlPlane, eventually, type TestCluster } from '@eso/testing';
import { Harness } from './testing/harness.ts';

let cluster: TestCluster;
beforeAll(async () => {
  cluster = await controlPlane();
});
afterAll(() => cluster.stop());

test('queue, workers and informer count in its registry', async () => {
  await using harness = await Harness.start(cluster);
  const running = harness.run();
  await harness.createService('aws');
  await harness.newSecret();
  await running.idle();
  expect(await running.metric('workqueue_adds_total', { name: 'certificate' })).toBeGreaterThan(2);
  expect(await running.metric('controller_runtime_max_concurrent_reconciles', { controller: 'certificate' })).toBe(4);
  expect(await running.metric('informer_objects', { resource: 'services' })).toBe(1);
});

test('without rights on Services it logs and counts that they cannot be followed, and is not healthy', async () => {
  await using harness = await Harness.start(cluster);
  const client = await cluster.clientFor({ namespace: harness.namespace, name: 'nobody' });
  const running = harness.run({ client });
  await eventually(() => expect(running.controller.health()).toContain('services'));
  await eventually(() => expect(running.lines.join('')).toMatch(/services.* has failed for /));
  expect(await running.metric('reflector_errors_total', { resource: 'services', code: 'FORBIDDEN' })).toBeGreaterThan(
    0,
  );
});

test('without rights on events it logs and counts those that are left out', async () => {
  await using harness = await Harness.start(cluster);
  const { namespace } = harness;
  const name = 'silent';
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: `${name}-${namespace}` } };
  const rules = [
    { apiGroups: [''], resources: ['services'], verbs: ['list', 'watch'] },
    { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'watch', 'create', 'update'] },
    { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'create', 'update'] },
  ];
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: rbac.metadata.name };
  await applyManifest(harness.admin, { ...rbac, kind: 'ClusterRole', rules });
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  await applyManifest(harness.admin, { ...rbac, kind: 'ClusterRoleBinding', roleRef, subjects });
  const running = harness.run({ client: await cluster.clientFor({ namespace, name }) });
  await harness.createService('aws');
  await harness.newSecret();
  await eventually(async () => expect(await running.metric('events_dropped_total')).toBeGreaterThan(0), {
    timeoutMs: 60_000,
  });
  await eventually(() => expect(running.lines.join('')).toContain('events are left out'));
});
