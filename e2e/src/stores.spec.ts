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
    expect(await ready('secretstore', 'vault', 'False')).toBe(
      'InvalidProviderConfig: unable to validate store: spec.provider.vault: this provider does not serve ' +
        'spec.provider.vault [UNSUPPORTED]. Use one of: fake.',
    ),
  );
});
