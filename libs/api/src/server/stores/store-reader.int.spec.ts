/** Stores and namespaces as a provider reads them with the rights of its chart, from a real API server. */
import { systemClock } from '@eso/runtime';
import { eventually, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { ProviderError } from '../../contract/provider-error.ts';
import type { StoreKind } from '../../resources/external-secret.ts';
import { StoreReader } from './store-reader.ts';
import type { StoreRecord } from './store-record.ts';

const { signal } = new AbortController();
const HOME = 'provider-fake';

let own: OwnControlPlane;
let reader: StoreReader;

beforeAll(async () => {
  own = await ownControlPlane();
  const { cluster } = own;
  await cluster.installCrds();
  for (const namespace of [HOME, 'team-a', 'team-b']) await cluster.ensureNamespace(namespace);
  await cluster.applyRights({ chart: 'provider-fake', tenantNamespaces: ['team-a'] });
  reader = new StoreReader({
    kube: await cluster.clientFor({ namespace: HOME, name: HOME }),
    clock: systemClock,
    inlineKeys: new Set(['aws']),
  });
  for (const namespace of ['team-a', 'team-b'])
    await cluster.apply(`
apiVersion: external-secrets.io/v1
kind: Provider
metadata: { name: main, namespace: ${namespace} }
spec: { address: 'a.b.svc:1', providerRef: { apiVersion: g/v1, kind: Probe, name: one } }
`);
  await cluster.apply(`
apiVersion: external-secrets.io/v1
kind: ClusterProvider
metadata: { name: main }
spec:
  address: 'a.b.svc:1'
  providerRef: { apiVersion: g/v1, kind: Probe, name: one, namespace: platform }
  conditions: [{ namespaces: [team-a] }]
`);
});
afterAll(async () => {
  reader.close();
  await own.cluster.stop();
});

function read(kind: StoreKind, namespace?: string, name = 'main'): Promise<StoreRecord> {
  const store = { kind, name, uid: '', generation: 0, ...(namespace ? { namespace } : {}) };
  return reader.read(store, { freshness: 'recent', signal });
}

async function problem(reading: Promise<unknown>): Promise<string> {
  return reading.then(
    () => 'read',
    (error: unknown) => {
      const { code, publicMessage } = ProviderError.from(error);
      return `${code} ${publicMessage}`;
    },
  );
}

test('a store of a namespace in which the role is bound is read, with what the API server wrote into it', async () => {
  await eventually(async () =>
    expect(await read('Provider', 'team-a')).toMatchObject({
      kind: 'Provider',
      namespace: 'team-a',
      generation: 1,
      providerRef: { apiVersion: 'g/v1', kind: 'Probe', name: 'one' },
    }),
  );
  expect(await read('ClusterProvider')).toMatchObject({
    authenticationScope: 'ProviderNamespace',
    providerRef: { namespace: 'platform' },
    conditions: [{ namespaces: ['team-a'] }],
  });
});

test('a store of another namespace is not, and the missing right is named', async () => {
  expect(await problem(read('Provider', 'team-b'))).toBe(
    'STORE_NOT_READABLE the provider may not read Provider team-b/main',
  );
});

test('labels of any namespace are read', async () => {
  await eventually(async () =>
    expect(await reader.namespaceLabels('team-b', { anew: false, signal })).toMatchObject({
      'kubernetes.io/metadata.name': 'team-b',
    }),
  );
});

test('a config in a store is read under a key that is served, and under no other', async () => {
  for (const [name, key] of [
    ['aws', 'aws'],
    ['fake', 'fake'],
  ])
    await own.cluster.apply(`
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: ${name}, namespace: team-a }
spec: { provider: { ${key}: { region: eu } }, conditions: [{ namespaces: [other] }] }
`);
  expect(await read('SecretStore', 'team-a', 'aws')).toMatchObject({
    inline: { keys: 1, key: 'aws', config: { region: 'eu' } },
    conditions: [],
  });
  expect((await read('SecretStore', 'team-a', 'fake')).inline).toEqual({ keys: 1, key: 'fake' });
});

test('a cluster without stores of External Secrets 2.x says so, until it has them', async () => {
  await own.cluster.kubectl('delete', 'crd', 'secretstores.external-secrets.io');
  await eventually(async () =>
    expect(await problem(read('SecretStore', 'team-a'))).toBe(
      'STORE_NOT_FOUND SecretStore team-a/main: the cluster has no resource secretstores.external-secrets.io',
    ),
  );
  await own.cluster.installCrds();
  await eventually(async () =>
    expect(await problem(read('SecretStore', 'team-a'))).toBe('STORE_NOT_FOUND SecretStore team-a/main does not exist'),
  );
});
