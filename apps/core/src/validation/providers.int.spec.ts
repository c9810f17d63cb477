import {
  type ClusterProvider,
  clusterProviders,
  type Provider,
  providers,
  type ProviderStatus,
} from '@eso/api/resources';
import { type EndpointSlice, endpointSlices, events, services } from '@eso/kube';
import { eventually, LAB_SERVICE } from '@eso/testing';
import { ADDRESS, LABELLED, REF, service, SHARED } from '../testing/lab-provider.ts';
import { ProviderBench } from '../testing/provider-bench.ts';
import { conditionOf } from './status.ts';

let bench: ProviderBench;
let namespace: string;
beforeAll(async () => {
  bench = await ProviderBench.start();
});
afterAll(() => bench.stop());
beforeEach(async () => {
  bench.validation = { kind: 'valid' };
  namespace = await bench.own.cluster.createNamespace('tenant');
  bench.config(namespace);
});

function create(spec: Partial<Provider['spec']> = {}): Promise<Provider> {
  return bench.admin.create(providers, {
    apiVersion: 'external-secrets.io/v1',
    kind: 'Provider',
    metadata: { namespace, name: 'backend' },
    spec: { address: ADDRESS, providerRef: REF, ...spec },
  });
}

const read = (): Promise<Provider> => bench.admin.get(providers, { namespace, name: 'backend' });
const ready = (status: ProviderStatus | undefined) => conditionOf(status, 'Ready');

/** Waits until the store's Ready condition is as expected, and returns it. */
function untilReady(expected: { status: string; reason: string; message?: RegExp }) {
  return eventually(async () => {
    const condition = ready((await read()).status);
    expect(condition).toMatchObject({ status: expected.status, reason: expected.reason });
    if (expected.message) expect(condition?.message).toMatch(expected.message);
    return condition;
  });
}

async function reasonsOfEvents(): Promise<string[]> {
  const { items } = await bench.admin.list(events, { namespace });
  return items.map(({ type, reason, count }) => `${type} ${reason} ${count}`).sort();
}

test('a store that can be used is ready, says what it can do, and causes one event', async () => {
  await create();
  await untilReady({ status: 'True', reason: 'Valid', message: /^store validated$/ });
  const { status, metadata } = await read();
  expect(status?.capabilities).toBe('ReadOnly');
  expect(ready(status)?.observedGeneration).toBe(metadata.generation);
  await eventually(async () => expect(await reasonsOfEvents()).toEqual(['Normal Valid 1']));
  expect(bench.transitions.filter(({ store }) => store.namespace === namespace)).toMatchObject([
    { from: { status: 'Absent' }, to: { status: 'True', reason: 'Valid' } },
  ]);
  const metrics = await bench.registry.metrics();
  expect(metrics).toContain(
    `provider_status_condition{name="backend",namespace="${namespace}",condition="Ready",status="True"} 1`,
  );
});

test('a store whose calls failed is validated again, and nothing is written when nothing changed', async () => {
  await create();
  await untilReady({ status: 'True', reason: 'Valid' });
  await eventually(() =>
    expect(bench.stores.find({ kind: 'Provider', name: 'backend' }, namespace)?.ready.status).toBe('True'),
  );
  const before = await read();
  const asked = bench.validations;
  const reference = bench.stores.find({ kind: 'Provider', name: 'backend' }, namespace)?.reference(namespace);
  if (reference?.kind !== 'reference') throw new Error('expected a reference');
  bench.controllers.revalidation.request(reference.providerRef);
  await eventually(() => expect(bench.validations).toBe(asked + 1));
  bench.controllers.revalidation.request(reference.providerRef);
  await eventually(() => expect(bench.validations).toBe(asked + 2));
  expect((await read()).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
});

test('a changed spec is judged anew', async () => {
  await create();
  await untilReady({ status: 'True', reason: 'Valid' });
  const patch = { spec: { address: `${LAB_SERVICE.service}.${LAB_SERVICE.namespace}.svc:1` } };
  await bench.admin.patch(providers, { namespace, name: 'backend' }, patch, { type: 'merge' });
  const condition = await untilReady({
    status: 'False',
    reason: 'InvalidAddress',
    message: /has no TCP port 1 \(it has: 8080\)/,
  });
  expect(condition?.observedGeneration).toBe(2);
});

test.each([
  ['10.0.0.1:8080', 'InvalidAddress', /IP addresses are not supported \[ADDRESS_INVALID\]\. Write /],
  ['provider-fake:8080', 'InvalidAddress', /does not name a Service \[ADDRESS_INVALID\]\. Write /],
  [`https://${ADDRESS}`, 'InvalidAddress', /scheme "https" is not supported/],
  ['provider-fake.provider-fake.svc.example.org:8080', 'InvalidAddress', /outside the cluster's domain/],
  [
    'kubernetes.default.svc:443',
    'ServiceNotAllowed',
    /is not a provider \[SERVICE_NOT_ALLOWED\]\. An administrator has to set its label/,
  ],
  [
    'nothing.provider-fake.svc:8080',
    'ServiceNotFound',
    /Service provider-fake\/nothing does not exist \[SERVICE_NOT_FOUND\]\. Create it/,
  ],
])('address %s: not ready, %s, with what to do, and one event', async (address, reason, message) => {
  await create({ address });
  await untilReady({ status: 'False', reason, message });
  await eventually(async () => expect(await reasonsOfEvents()).toEqual([`Warning ${reason} 1`]));
});

test('a store whose Service comes later gets ready by itself, label by label', async () => {
  const admin = bench.own.cluster.client();
  const other = await bench.own.cluster.createNamespace('other');
  await create({ address: `late.${other}.svc:8080` });
  await untilReady({ status: 'False', reason: 'ServiceNotFound' });
  await admin.create(services, service(other, 'late', {}));
  await untilReady({ status: 'False', reason: 'ServiceNotAllowed', message: /is not a provider/ });
  await admin.patch(
    services,
    { namespace: other, name: 'late' },
    { metadata: { labels: LABELLED } },
    { type: 'merge' },
  );
  await untilReady({
    status: 'False',
    reason: 'ServiceNotAllowed',
    message: /belongs to another namespace and is not shared/,
  });
  await admin.patch(services, { namespace: other, name: 'late' }, { metadata: { labels: SHARED } }, { type: 'merge' });
  await untilReady({ status: 'False', reason: 'Unavailable', message: /has no ready endpoint/ });
  const slice: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { namespace: other, name: 'late-1', labels: { ...LABELLED, 'kubernetes.io/service-name': 'late' } },
    addressType: 'IPv4',
    ports: [{ name: 'grpc', port: 9090 }],
    endpoints: [{ addresses: ['192.0.2.1'], conditions: { ready: true } }],
  };
  await admin.create(endpointSlices, slice);
  await eventually(() =>
    expect(bench.stores.find({ kind: 'Provider', name: 'backend' }, namespace)?.resolveEndpoint()).toMatchObject({
      endpoint: { serverName: `late.${other}.svc`, addresses: [{ host: '192.0.2.1', port: 9090 }] },
    }),
  );
});

test('the label taken away from the Service turns its stores not ready at once', async () => {
  await create();
  await untilReady({ status: 'True', reason: 'Valid' });
  const ref = { namespace: LAB_SERVICE.namespace, name: LAB_SERVICE.service };
  await bench.admin.patch(
    services,
    ref,
    { metadata: { labels: { ...SHARED, 'external-secrets.io/provider-shared': null } } },
    { type: 'merge' },
  );
  await untilReady({ status: 'False', reason: 'ServiceNotAllowed' });
  await bench.admin.patch(services, ref, { metadata: { labels: SHARED } }, { type: 'merge' });
  await untilReady({ status: 'True', reason: 'Valid' });
});

// Threat model T11: a tenant borrows neither another tenant's config nor another namespace's credentials.
test('a Provider that names a config of another namespace is refused without asking the process', async () => {
  const victim = await bench.own.cluster.createNamespace('victim');
  bench.config(victim);
  const asked = bench.validations;
  await create({ providerRef: { ...REF, namespace: victim } });
  await untilReady({
    status: 'False',
    reason: 'ReferenceNotAllowed',
    message: /spec\.providerRef\.namespace: .*only name a config of its own/,
  });
  expect(bench.validations).toBe(asked);
  await bench.admin.patch(
    providers,
    { namespace, name: 'backend' },
    { spec: { providerRef: { namespace } } },
    { type: 'merge' },
  );
  await untilReady({ status: 'True', reason: 'Valid' });
});

test('what the process says about its config is passed on, and a mended config is found without a change here', async () => {
  bench.validation = { kind: 'invalid', message: 'region eu-nowhere-1 does not exist' };
  await create();
  await untilReady({
    status: 'False',
    reason: 'InvalidProviderConfig',
    message:
      /^unable to validate store: the provider .*; the provider said: "region eu-nowhere-1 does not exist" \[CONFIG_INVALID\]\. /,
  });
  bench.validation = { kind: 'valid', warnings: ['auth.jwt is deprecated'] };
  await untilReady({
    status: 'True',
    reason: 'Valid',
    message: /^store validated; warning: the provider said: "auth\.jwt is deprecated"$/,
  });
});

test('an absent config says which one is missing', async () => {
  await create({ providerRef: { ...REF, name: 'absent' } });
  await untilReady({ status: 'False', reason: 'InvalidProviderConfig', message: /\[CONFIG_NOT_FOUND\]/ });
  await eventually(async () => expect(await reasonsOfEvents()).toEqual(['Warning InvalidProviderConfig 1']));
});

test('a process that is gone, and one that cannot prove its name, are told apart; both are found again', async () => {
  await create({ refreshInterval: 1 });
  await untilReady({ status: 'True', reason: 'Valid' });
  const { serverDir, lab } = bench;
  await bench.stopProvider();
  await untilReady({ status: 'False', reason: 'Unavailable', message: /^unable to create client: / });

  for (const [fault, reason] of [
    ['otherIdentity', 'TLSNameMismatch'],
    ['otherAuthority', 'TLSUntrusted'],
  ] as const) {
    const { 'tls.crt': crt, 'tls.key': key } = await lab.server({ fault });
    await lab.mount(serverDir, {
      'tls.crt': crt,
      'tls.key': key,
      'ca.crt': lab.authority.certificate + lab.otherAuthority.certificate,
    });
    await bench.startProvider();
    bench.config(namespace);
    await untilReady({ status: 'False', reason });
    await bench.stopProvider();
  }
  await lab.mount(serverDir, await lab.server());
  await bench.startProvider();
  bench.config(namespace);
  await eventually(async () => expect(ready((await read()).status)?.status).toBe('True'), { timeoutMs: 90_000 });
});

test('a store of another class gets no status', async () => {
  const { apiVersion, kind, spec } = await create({ controller: 'somebody-else' });
  const metadata = { namespace, name: 'ours' };
  await bench.admin.create(providers, { apiVersion, kind, metadata, spec: { ...spec, controller: 'default' } });
  await eventually(async () => expect(ready((await bench.admin.get(providers, metadata)).status)?.status).toBe('True'));
  expect((await read()).status).toBeUndefined();
});

test('a store that is deleted leaves no series, and says so to those who use it', async () => {
  await create();
  await untilReady({ status: 'True', reason: 'Valid' });
  await bench.admin.delete(providers, { namespace, name: 'backend' });
  await eventually(async () => expect(await bench.registry.metrics()).not.toContain(`namespace="${namespace}"`));
  expect(bench.transitions.filter(({ store }) => store.namespace === namespace).at(-1)).toMatchObject({
    from: { status: 'True' },
    to: { status: 'Absent' },
  });
});

describe('ClusterProvider', () => {
  async function createCluster(spec: Partial<ClusterProvider['spec']>): Promise<string> {
    const created = await bench.admin.create(clusterProviders, {
      apiVersion: 'external-secrets.io/v1',
      kind: 'ClusterProvider',
      metadata: { name: namespace },
      spec: { address: ADDRESS, providerRef: REF, ...spec },
    });
    return created.metadata.name;
  }
  const status = async (name: string) => (await bench.admin.get(clusterProviders, { name })).status;

  test('is validated with the config of the namespace that it names', async () => {
    const name = await createCluster({ providerRef: { ...REF, namespace } });
    await eventually(async () => expect(ready(await status(name))).toMatchObject({ status: 'True', reason: 'Valid' }));
    expect((await status(name))?.capabilities).toBe('ReadOnly');
  });

  test('whose config is each consumer’s own is ready, and what is not known is said', async () => {
    const name = await createCluster({ authenticationScope: 'ManifestNamespace' });
    await eventually(async () => {
      const now = await status(name);
      expect(ready(now)).toMatchObject({ status: 'True', reason: 'ValidationUnknown' });
      expect(conditionOf(now, 'Validated')).toMatchObject({ status: 'Unknown' });
      expect(now?.capabilities).toBe('ReadOnly');
    });
    const { items } = await bench.admin.list(events, { namespace: 'default' });
    expect(items.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason }) => reason)).toEqual([
      'ValidationUnknown',
    ]);
  });

  test('of scope ProviderNamespace without a namespace is refused by the API server', async () => {
    await expect(createCluster({})).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('with an expression that does not compile says which one', async () => {
    const name = await createCluster({
      providerRef: { ...REF, namespace },
      conditions: [{ namespaceRegexes: ['a', '('] }],
    });
    await eventually(async () =>
      expect(ready(await status(name))).toMatchObject({
        status: 'False',
        reason: 'InvalidProviderConfig',
        message: expect.stringContaining('spec.conditions[0].namespaceRegexes[1]') as string,
      }),
    );
  });
});
