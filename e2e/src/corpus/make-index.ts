// Writes the indexes anew: node e2e/src/corpus/make-index.ts DIR
// DIR holds a bare git directory <owner>+<name>/repo for each repository that a sources.json names. What is kept of a manifest of
// somebody else's is where it stands and which fields it has, nothing else.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { parse, parseAllDocuments } from 'yaml';
import type { CorpusIndex, IndexedManifest } from './corpus-index.ts';
import { type FieldSchema, fieldPaths, isKnownPath, leafPaths } from './field-paths.ts';
import { enumsOf, requiredPaths } from './upstream-schema.ts';

/** Where a manifest stands: `document` counts the manifests of the corpus's kinds in its file, from 0 (the default). */
interface Source {
  readonly name: string;
  readonly repository: string;
  readonly path: string;
  readonly document?: number;
}

interface FoundManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: { readonly provider?: object };
}

interface Corpus {
  readonly folder: string;
  readonly kinds: readonly string[];
  /** File of upstream with their schema; that of the last one, where they are several with one spec. */
  readonly crd: string;
}

const UPSTREAM = 'external-secrets/external-secrets';
const CRDS = 'config/crds/bases/external-secrets.io_';
const here = import.meta.dirname;
const CORPORA: readonly Corpus[] = [
  { folder: here, kinds: ['ExternalSecret'], crd: `${CRDS}externalsecrets.yaml` },
  {
    folder: join(here, 'secret-stores'),
    kinds: ['SecretStore', 'ClusterSecretStore'],
    crd: `${CRDS}clustersecretstores.yaml`,
  },
];
const [snapshots = ''] = process.argv.slice(2);
if (!snapshots) throw new Error('usage: node e2e/src/corpus/make-index.ts DIR');

const git = (repository: string, ...args: string[]): string =>
  execFileSync('git', ['--git-dir', join(snapshots, repository.replace('/', '+'), 'repo'), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });

const commitOf = (repository: string): string => git(repository, 'rev-parse', 'HEAD').trim();

/** The manifests of a file: a YAML file, or the YAML blocks of a page. Marks of the page's own templates are dropped. */
function manifestsOf(path: string, text: string, kinds: readonly string[]): FoundManifest[] {
  const plain = text.replaceAll(/\{% .*?%\}/g, '');
  const blocks = path.endsWith('.md')
    ? [...plain.matchAll(/^( *)```ya?ml[^\n]*\n(.*?)^ *```/gms)].map(([, indent = '', block = '']) =>
        block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      )
    : [plain];
  return blocks
    .flatMap((block) => parseAllDocuments(block, { uniqueKeys: false }))
    .filter(({ errors }) => errors.length === 0)
    .map((document) => document.toJS() as FoundManifest | null)
    .filter((value) => value !== null)
    .filter(({ kind, apiVersion }) => kinds.includes(kind) && apiVersion.startsWith('external-secrets.io/v1'));
}

function found({ name, repository, path, document = 0 }: Source, kinds: readonly string[]): FoundManifest {
  const manifest = manifestsOf(path, git(repository, 'show', `HEAD:${path}`), kinds)[document];
  if (!manifest) throw new Error(`${name}: ${repository} has no ${kinds.join(' or ')} ${document} in ${path}`);
  return manifest;
}

function indexed(source: Source, manifest: FoundManifest, leaves: readonly string[]): IndexedManifest {
  const { name, repository, path, document = 0 } = source;
  const { apiVersion, kind } = manifest;
  const fields = fieldPaths(manifest);
  const unknown = fields.filter((field) => field.startsWith('spec.') && !isKnownPath(field, leaves));
  return { name, repository, commit: commitOf(repository), path, document, apiVersion, kind, fields, unknown };
}

/** Upstream's schema of version v1, of the keys of providers only those that are used. */
function schemaOf(crd: string, keys: ReadonlySet<string>): FieldSchema {
  const { spec } = parse(git(UPSTREAM, 'show', `HEAD:${crd}`)) as {
    spec: { versions: { name: string; schema: { openAPIV3Schema: FieldSchema } }[] };
  };
  const schema = spec.versions.find(({ name }) => name === 'v1')?.schema.openAPIV3Schema;
  const own = schema?.properties?.['spec'];
  if (!own) throw new Error(`${crd} has no version v1`);
  const { provider, ...properties } = own.properties ?? {};
  if (!provider) return { properties: { spec: own } };
  const used = Object.entries(provider.properties ?? {}).filter(([key]) => keys.has(key));
  const narrowed = { ...provider, properties: Object.fromEntries(used) };
  return { properties: { spec: { ...own, properties: { ...properties, provider: narrowed } } } };
}

for (const { folder, kinds, crd } of CORPORA) {
  const sources = JSON.parse(readFileSync(join(folder, 'sources.json'), 'utf8')) as Source[];
  const manifests = sources.map((source) => [source, found(source, kinds)] as const);
  const keys = manifests.flatMap(([, { spec }]) => Object.keys(spec?.provider ?? {}));
  const schema = schemaOf(crd, new Set(keys));
  const leaves = leafPaths(schema);
  const index: CorpusIndex = {
    upstream: {
      repository: UPSTREAM,
      commit: commitOf(UPSTREAM),
      path: crd,
      fields: leaves,
      required: requiredPaths(schema),
      enums: enumsOf(schema),
    },
    manifests: manifests.map(([source, manifest]) => indexed(source, manifest, leaves)),
  };
  const text = await format(JSON.stringify(index), { parser: 'json', printWidth: 120 });
  writeFileSync(join(folder, 'index.json'), text);
  const repositories = new Set(sources.map(({ repository }) => repository)).size;
  console.log(`${kinds.join(', ')}: ${index.manifests.length} manifests, ${repositories} repositories`);
}
