/** Stores as users of External Secrets have them, and the classes that serve them, on the whole system. */
import { eventually, providerAddress } from '@eso/testing';
import { fakeConfig, System } from './support/system.ts';

const TENANT = 'stores';
let system: System;

beforeAll(async () => {
  system = await System.start({ tenants: [TENANT], providers: { fake: {} } });
});
afterAll(() => system.stop());

/** Reason and message of Ready, once it has this status. */
const ready = (kind: string, name: string, status: string, namespace = TENANT): Promise<string> =>
  system.kubectl(
    '-n',
    namespace,
    'wait',
    `${kind}/${name}`,
    `--for=condition=Ready=${status}`,
    '--timeout=30s',
    '-o',
    'jsonpath={.status.conditions[?(@.type=="Ready")].reason}: {.status.conditions[?(@.type=="Ready")].message}',
  );

test('the class of an installed provider is healthy, and says what it serves', async () => {
  expect(await ready('clusterproviderclass', 'fake', 'True')).toBe('Healthy: the provider is healthy');
  expect(await system.kubectl('get', 'cpc')).toMatch(/fake +provider-fake\.\S+ +\["fake"\] +Healthy +True/);
});

test('a store that names class and config is served by them', async () => {
  await system.apply(fakeConfig(TENANT, 'config', { password: 'marker-by-class' }));
  await system.apply(`
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: by-class, namespace: ${TENANT} }
spec:
  runtimeRef: { kind: ClusterProviderClass, name: fake }
  providerRef: { apiVersion: provider.external-secrets.io/v2alpha1, kind: Fake, name: config }
`);
  expect(await ready('secretstore', 'by-class', 'True')).toBe('Valid: store validated');
  await system.apply(`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: by-class, namespace: ${TENANT} }
spec:
  refreshInterval: 1h
  secretStoreRef: { name: by-class }
  data: [{ secretKey: password, remoteRef: { key: password } }]
`);
  await system.holds(TENANT, 'by-class', { password: 'marker-by-class' });
});

test('a store with its config in it is served by the class of its key, and stays as its user wrote it', async () => {
  const manifest = (value: string): string => `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: inline, namespace: ${TENANT} }
spec: { provider: { fake: { data: [{ key: password, value: ${value} }] } } }
---
apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: { name: inline }
spec:
  conditions: [{ namespaces: [${TENANT}] }]
  provider: { fake: { data: [{ key: password, value: ${value} }] } }
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: inline, namespace: ${TENANT} }
spec:
  refreshInterval: 1s
  secretStoreRef: { name: inline }
  data:
    - { secretKey: own, remoteRef: { key: password } }
    - { secretKey: shared, remoteRef: { key: password }, sourceRef: { storeRef: { kind: ClusterSecretStore, name: inline } } }
`;
  await system.apply(manifest('marker-inline-one'));
  expect(await ready('secretstore', 'inline', 'True')).toBe('Valid: store validated');
  expect(await ready('clustersecretstore', 'inline', 'True')).toBe('Valid: store validated');
  expect(await system.kubectl('-n', TENANT, 'get', 'ss', 'inline')).toMatch(/inline +\d+s +Valid +ReadWrite +True/);
  await system.holds(TENANT, 'inline', { own: 'marker-inline-one', shared: 'marker-inline-one' });
  const stored = JSON.parse(await system.kubectl('-n', TENANT, 'get', 'ss', 'inline', '-o', 'json')) as {
    spec: object;
    metadata: { annotations: object };
  };
  expect(stored.spec).toEqual({ provider: { fake: { data: [{ key: 'password', value: 'marker-inline-one' }] } } });
  expect(stored.metadata.annotations).toHaveProperty(['kubectl.kubernetes.io/last-applied-configuration']);
  await system.apply(manifest('marker-inline-two'));
  await system.holds(TENANT, 'inline', { own: 'marker-inline-two', shared: 'marker-inline-two' });
});

test('a key that nobody serves is said, and served as soon as a class claims it', async () => {
  await system.apply(`
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: vault, namespace: ${TENANT} }
spec: { provider: { vault: { server: https://vault.example.org } } }
`);
  expect(await ready('secretstore', 'vault', 'False')).toBe(
    'InvalidProviderConfig: unable to create client: spec.provider.vault: no ClusterProviderClass claims the key "vault" ' +
      '[KEY_NOT_SERVED]. Install the provider for it, whose ClusterProviderClass has "vault" in spec.serves.stores, or correct the key.',
  );
  await system.apply(`
apiVersion: external-secrets.io/v1alpha1
kind: ClusterProviderClass
metadata: { name: vault }
spec: { address: '${providerAddress('fake')}', serves: { stores: [vault] } }
`);
  await eventually(async () =>
    expect(await ready('secretstore', 'vault', 'False')).toMatch(
      /^InvalidProviderConfig: unable to validate store: spec\.provider\.vault: this provider does not serve .* \[UNSUPPORTED\]\./,
    ),
  );
});

test('a class whose provider may not be used any more takes its stores with it, and brings them back', async () => {
  const before = await system.secret(TENANT, 'inline');
  const label = (value: string): Promise<string> =>
    system.kubectl('-n', 'provider-fake', 'label', 'service', 'provider-fake', `external-secrets.io/provider${value}`);
  await label('-');
  expect(await ready('clusterproviderclass', 'fake', 'False')).toMatch(
    /^ServiceNotAllowed: .* \[SERVICE_NOT_ALLOWED\]\. /,
  );
  expect(await ready('secretstore', 'inline', 'False')).toBe(
    'InvalidProviderConfig: unable to create client: spec.provider.fake: ClusterProviderClass "fake" is not ready: ' +
      'ServiceNotAllowed [CLASS_NOT_READY]. Its Ready condition says more. This is tried again as soon as it is ready.',
  );
  await system.failed(TENANT, 'inline', 'STORE_NOT_READY');
  expect((await system.secret(TENANT, 'inline')).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  await label('=true');
  await system.ready(TENANT, 'inline');
  expect(await ready('secretstore', 'inline', 'True')).toBe('Valid: store validated');
  expect(await ready('clustersecretstore', 'inline', 'True')).toBe('Valid: store validated');
});
