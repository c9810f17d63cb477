import { externalSecrets, type ExternalSecret } from '@eso/api/resources';
import type { KubeClient } from '@eso/kube';
import { type OwnControlPlane, ownControlPlane, parseManifests, workspaceRoot } from '@eso/testing';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CorpusEntry, readCorpus } from './corpus.ts';
import { readIndex } from './corpus-index.ts';
import { type FieldSchema, fieldPaths, leafPaths } from './field-paths.ts';
import { complaints } from './upstream-schema.ts';

const NAMESPACE = 'corpus';
const PATH = `/apis/external-secrets.io/v1/namespaces/${NAMESPACE}/externalsecrets`;
/** What upstream's schema adds to a manifest, and nothing else may be added: there, and to what. */
const DEFAULTED: ReadonlySet<string> = new Set([
  'spec.refreshInterval',
  'spec.target.creationPolicy',
  'spec.target.deletionPolicy',
  'spec.target.template.engineVersion',
  'spec.target.template.mergePolicy',
  'spec.target.template.templateFrom[].configMap.items[].templateAs',
  'spec.target.template.templateFrom[].target',
  'spec.dataFrom[].rewrite[].merge.conflictPolicy',
  'spec.dataFrom[].rewrite[].merge.into',
  'spec.dataFrom[].rewrite[].merge.priorityPolicy',
  'spec.dataFrom[].rewrite[].merge.strategy',
]);
/** What the API server itself writes into metadata. */
const OF_THE_SERVER = /^metadata\.(creationTimestamp|generation|managedFields|resourceVersion|uid)\b/;

const corpus = readCorpus();
const index = readIndex(import.meta.dirname);
const named = (entries: readonly CorpusEntry[]): [string, CorpusEntry][] =>
  entries.map((entry) => [`${entry.source.name} (${entry.source.repository})`, entry]);
const refused = corpus.filter(({ expected }) => expected.outcome === 'refused');
const stored = corpus.filter(({ expected }) => expected.outcome !== 'refused');
const wellFormed = stored.filter(({ source }) => source.unknown.length === 0);
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

/** As a user creates it, with this field validation. */
const create = ({ manifest, source }: CorpusEntry, fieldValidation: 'Strict' | 'Ignore'): Promise<unknown> =>
  admin.request('POST', PATH, {
    query: { fieldValidation },
    // One namespace for all: names differ by their entry.
    body: { ...manifest, metadata: { ...manifest.metadata, name: source.name, namespace: NAMESPACE } },
  });

const read = (entry: CorpusEntry): Promise<ExternalSecret> =>
  admin.get(externalSecrets, { namespace: NAMESPACE, name: entry.source.name });

/** The paths of a stored object but for what the server itself writes. */
const pathsOf = (object: ExternalSecret): string[] => fieldPaths(object).filter((path) => !OF_THE_SERVER.test(path));

test('manifests are of at least 20 public repositories, each with path and commit', () => {
  expect(new Set(index.manifests.map(({ repository }) => repository)).size).toBeGreaterThanOrEqual(20);
  for (const { repository, path, commit } of index.manifests) {
    expect(repository).toMatch(/^[\w.-]+\/[\w.-]+$/);
    expect(path).toMatch(/\.(ya?ml|md)$/);
    expect(commit).toMatch(/^[0-9a-f]{40}$/);
  }
});

test.each(named(corpus))('%s: ours has exactly the fields of the public one', (_, { manifest, source }) => {
  expect(fieldPaths(manifest)).toEqual(source.fields);
});

test.each(named(wellFormed))('%s: the published schema of upstream has nothing against ours', (_, { manifest }) => {
  expect(complaints(manifest, index.upstream)).toEqual([]);
});

test('our schema knows every field that the published schema of upstream knows', async () => {
  const crd = join(workspaceRoot, 'charts/external-secrets/files/crds/external-secrets.io_externalsecrets.yaml');
  const [definition] = parseManifests(await readFile(crd, 'utf8')) as unknown as {
    spec: { versions: { name: string; schema: { openAPIV3Schema: FieldSchema } }[] };
  }[];
  const schema = definition?.spec.versions.find(({ name }) => name === 'v1')?.schema.openAPIV3Schema;
  expect(leafPaths(schema ?? {})).toEqual(expect.arrayContaining([...index.upstream.fields]));
});

test.each(named(wellFormed))(
  '%s: strict validation takes it, every field stays, and only defaults are added [1.2.31]',
  async (_, entry) => {
    await create(entry, 'Strict');
    const object = await read(entry);
    expect(object.spec).toMatchObject(entry.manifest.spec);
    expect(object.metadata.labels).toEqual(entry.manifest.metadata.labels);
    expect(object.metadata.annotations).toEqual(entry.manifest.metadata.annotations);
    const given = new Set([...entry.source.fields, 'metadata.namespace']);
    expect(pathsOf(object).filter((path) => !given.has(path) && !DEFAULTED.has(path))).toEqual([]);
  },
);

test.each(named(withUnknown))(
  '%s: a field that upstream does not know either is named under strict validation, and dropped without',
  async (_, entry) => {
    const { unknown } = entry.source;
    const said = await create(entry, 'Strict').then(() => '', String);
    for (const path of unknown) expect(said).toContain(`unknown field "${path.replaceAll('[]', '[0]')}"`);
    await create(entry, 'Ignore');
    const left = pathsOf(await read(entry));
    expect(entry.source.fields.filter((path) => !left.includes(path))).toEqual(unknown);
  },
);

test.each(named(refused))('%s: refused as upstream refuses it, by the field', async (_, entry) => {
  const { text } = entry.expected as Extract<CorpusEntry['expected'], { outcome: 'refused' }>;
  const said = await create(entry, 'Ignore').then(() => '', String);
  expect(said).toContain(text);
});
