// Who may write Services somewhere can label one as a provider's. Rights are given where providers are installed, and nowhere else.
import { services } from '@eso/kube';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { Harness } from './testing/harness.ts';
import type { RunningController } from './testing/running-controller.ts';

const TLS = 'external-secrets-provider-tls';

let cluster: TestCluster;
let harness: Harness;
let running: RunningController;
let tenant: string;
beforeAll(async () => {
  cluster = await controlPlane();
  harness = await Harness.start(cluster);
  tenant = await cluster.createNamespace('tenant');
  running = harness.run({ settings: { providerNamespaces: [harness.provider, tenant], servicesPerNamespace: 2 } });
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await cluster.stop();
});

const count = (namespace: string, state: string): Promise<number | undefined> =>
  running.metric('eso_provider_services', { namespace, state });
const becomes = (namespace: string, state: string, value: number | undefined): Promise<void> =>
  eventually(async () => expect(await count(namespace, state)).toBe(value));

test('a Service where providers are installed is served, and expected', async () => {
  await harness.createService('aws');
  await harness.newSecret();
  await becomes(harness.provider, 'served', 1);
  expect(await count(harness.provider, 'unexpected')).toBeUndefined();
});

test('a label in a namespace without rights is counted as unexpected, told on the Service, and gets nothing', async () => {
  await harness.createService('rogue', { namespace: tenant });
  await becomes(tenant, 'unexpected', 1);
  const { message } = await harness.event('CertificateFailed', 'rogue', tenant);
  expect(message).toContain('take the label external-secrets.io/provider off this Service');
  expect(await harness.secret(TLS, tenant)).toBeUndefined();
  expect(await count(tenant, 'served')).toBeUndefined();
});

test('so is one beside a provider that asks for a Secret nobody has given the right for', async () => {
  await harness.createService('beside', { secret: `${TLS}-beside` });
  await becomes(harness.provider, 'unexpected', 1);
  await becomes(harness.provider, 'served', 1);
  // The right is what makes it expected.
  await harness.allow([`${TLS}-beside`]);
  await harness.newSecret(undefined, `${TLS}-beside`);
  await becomes(harness.provider, 'served', 2);
  expect(await count(harness.provider, 'unexpected')).toBeUndefined();
});

test('more than the limit are counted apart, what asks for the impossible is refused, and what loses its label is forgotten', async () => {
  await harness.createService('third', { secret: `${TLS}-third` });
  await becomes(harness.provider, 'over_limit', 1);
  await harness.createService('greedy', { namespace: tenant, secret: 'default-token' });
  await becomes(tenant, 'refused', 1);
  for (const name of ['greedy', 'rogue']) await harness.admin.delete(services, { namespace: tenant, name });
  await becomes(tenant, 'refused', undefined);
  await becomes(tenant, 'unexpected', undefined);
});

test('a right on the authority that is missing makes no label unexpected', async () => {
  // Of the authority's Secret alone nothing may be read: its Role is gone.
  const role = `/apis/rbac.authorization.k8s.io/v1/namespaces/${harness.namespace}/rolebindings`;
  const { items } = (await harness.admin.request('GET', role, {})) as { items: { metadata: { name: string } }[] };
  expect(items.length).toBeGreaterThan(0);
  await running.stop();
  for (const { metadata } of items) await harness.admin.request('DELETE', `${role}/${metadata.name}`, {});
  running = harness.run({ settings: { providerNamespaces: [harness.provider], servicesPerNamespace: 2 } });
  await becomes(harness.provider, 'refused', 2);
  expect(await count(harness.provider, 'unexpected')).toBeUndefined();
});
