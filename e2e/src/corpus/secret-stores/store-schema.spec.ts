import { type ClusterSecretStore, clusterSecretStores, type SecretStore, secretStores } from '@eso/api/resources';
import type { KubeClient } from '@eso/kube';
import { type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { fieldPaths } from '../field-paths.ts';
import { complaints } from '../upstream-schema.ts';
import { providerKey, readStoreIndex, readStores, type StoreEntry } from './store-corpus.ts';

const NAMESPACE = 'store-corpus';
/** What the API server itself writes into metadata. */
const OF_THE_SERVER = /^metadata\.(creationTimestamp|generation|managedFields|resourceVersion|uid)\b/;

const corpus = readStores();
const { upstream, manifests: indexed } = readStoreIndex();
const named = (entries: readonly StoreEntry[]): [string, StoreEntry][] =>
  entries.map((entry) => [`${entry.source.name} (${entry.source.repository})`, entry]);
const refused = corpus.filter(({ expected }) => expected.outcome === 'refused');
const stored = corpus.filter(({ expected }) => expected.outcome !== 'refused');
const known = stored.filter(({ source }) => source.unknown.length === 0);
const withUnknown = stored.filter(({ source }) => source.unknown.length > 0);

let own: OwnControlPlane;
let admin: KubeClient;

beforeAll(async () => {
  own = await ownControlPlane();
  await own.cluster.installCrds();
  await own.cluster.ensureNamespace(NAMESPACE);
  admin = own.cluster.client();
});
afterAll(() => own.cluster.stop());

/** As a user creates it, under strict validation: in one namespace, or in none where its manifest names one for a cluster-scoped store. */
function create({ manifest, source }: StoreEntry): Promise<unknown> {
  const { namespace, ...metadata } = manifest.metadata;
  const path = source.kind === 'SecretStore' ? `namespaces/${NAMESPACE}/secretstores` : 'clustersecretstores';
  const scope = source.kind === 'SecretStore' ? { namespace: NAMESPACE } : namespace === undefined ? {} : { namespace };
  return admin.request('POST', `/apis/external-secrets.io/v1/${path}`, {
    query: { fieldValidation: 'Strict' },
    body: { ...manifest, metadata: { ...metadata, ...scope } },
  });
}

function read({ manifest, source }: StoreEntry): Promise<SecretStore | ClusterSecretStore> {
  const { name } = manifest.metadata;
  return source.kind === 'SecretStore'
    ? admin.get(secretStores, { namespace: NAMESPACE, name })
    : admin.get(clusterSecretStores, { name });
}

test('stores are of at least 24 public repositories and 10 providers, at both scopes, each with path and commit', () => {
  expect(new Set(indexed.map(({ repository }) => repository)).size).toBeGreaterThanOrEqual(24);
  expect(new Set(stored.map(({ manifest }) => providerKey(manifest))).size).toBeGreaterThanOrEqual(10);
  expect(new Set(indexed.map(({ kind }) => kind))).toEqual(new Set(['SecretStore', 'ClusterSecretStore']));
  for (const { repository, path, commit } of indexed) {
    expect(repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
    expect(path).toMatch(/\.(ya?ml|md)$/);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
  }
});

test.each(named(corpus))('%s: ours has exactly the fields of the public one', (_, { manifest, source }) => {
  expect(manifest.metadata.name).toBe(source.name);
  expect(fieldPaths(manifest)).toEqual(source.fields);
});

test.each(named(known))('%s: the published schema of upstream has nothing against ours', (_, { manifest }) => {
  expect(complaints(manifest, upstream)).toEqual([]);
});

test.each(named(stored))(
  '%s: strict validation takes it, every field stays, and nothing is added',
  async (_, entry) => {
    await create(entry);
    const object = await read(entry);
    const { name, labels, annotations } = entry.manifest.metadata;
    expect(object.spec).toEqual(entry.manifest.spec);
    expect(object.metadata).toMatchObject({ name, ...(labels && { labels }), ...(annotations && { annotations }) });
    const given = new Set([
      ...entry.source.fields,
      ...(entry.source.kind === 'SecretStore' ? ['metadata.namespace'] : []),
    ]);
    expect(fieldPaths(object).filter((path) => !OF_THE_SERVER.test(path) && !given.has(path))).toEqual([]);
  },
);

// What upstream's API server drops, or refuses under strict validation, is left to the provider: ours is open below its key.
test.each(named(withUnknown))('%s: what upstream does not know stands below the key of a provider', (_, entry) => {
  const { unknown } = entry.source;
  for (const path of unknown) expect(path).toMatch(/^spec\.provider\.\w+\./);
  expect(complaints(entry.manifest, upstream)).toEqual(
    expect.arrayContaining(unknown.map((path) => `${path} is not known`)),
  );
});

test('a field that is missing or unknown, or of no allowed value, is a complaint of upstream’s schema', () => {
  const vault = { server: 'https://vault.example.test', version: 'v3', verison: 'v2' };
  const caProvider = { type: 'Secret' };
  expect(complaints({ spec: { provider: { vault: { ...vault, caProvider } } } }, upstream)).toEqual([
    'spec.provider.vault.verison is not known',
    'spec.provider.vault.caProvider.name is missing',
    'spec.provider.vault.version: v3',
  ]);
  expect(complaints({ spec: {} }, upstream)).toEqual(['spec.provider is missing']);
});

test.each(named(refused))('%s: refused as upstream refuses it, by the field', async (_, entry) => {
  const { text } = entry.expected as Extract<StoreEntry['expected'], { outcome: 'refused' }>;
  const said = await create(entry).then(() => '', String);
  expect(said).toContain(text);
});
