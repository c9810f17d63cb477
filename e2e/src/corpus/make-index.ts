// Writes index.json anew: node e2e/src/corpus/make-index.ts DIR
// DIR holds a bare git directory <owner>+<name>/repo for each repository that sources.json names. What is kept of a manifest of
// somebody else's is where it stands and which fields it has, nothing else.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { parse, parseAllDocuments } from 'yaml';
import type { CorpusIndex, IndexedManifest } from './corpus.ts';
import { type FieldSchema, fieldPaths, isKnownPath, leafPaths } from './field-paths.ts';

/** Where a manifest stands: `document` counts the ExternalSecrets of its file, from 0 (the default). */
interface Source {
  readonly name: string;
  readonly repository: string;
  readonly path: string;
  readonly document?: number;
}

const UPSTREAM = 'external-secrets/external-secrets';
const CRD = 'config/crds/bases/external-secrets.io_externalsecrets.yaml';
const here = import.meta.dirname;
const [snapshots = ''] = process.argv.slice(2);
if (!snapshots) throw new Error('usage: node e2e/src/corpus/make-index.ts DIR');

const git = (repository: string, ...args: string[]): string =>
  execFileSync('git', ['--git-dir', join(snapshots, repository.replace('/', '+'), 'repo'), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });

const commitOf = (repository: string): string => git(repository, 'rev-parse', 'HEAD').trim();

/** The ExternalSecrets of a file: a YAML file, or the YAML blocks of a page. Marks of the page's own templates are dropped. */
function externalSecretsOf(path: string, text: string): Record<string, unknown>[] {
  const plain = text.replaceAll(/\{% .*?%\}/g, '');
  const blocks = path.endsWith('.md')
    ? [...plain.matchAll(/^( *)```ya?ml[^\n]*\n(.*?)^ *```/gms)].map(([, indent = '', block = '']) =>
        block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
      )
    : [plain];
  return blocks
    .flatMap((block) => parseAllDocuments(block, { uniqueKeys: false }))
    .filter(({ errors }) => errors.length === 0)
    .map((document) => document.toJS() as Record<string, unknown> | null)
    .filter(
      (value): value is Record<string, unknown> =>
        value?.['kind'] === 'ExternalSecret' && String(value['apiVersion']).startsWith('external-secrets.io/v1'),
    );
}

function indexed({ name, repository, path, document = 0 }: Source, leaves: readonly string[]): IndexedManifest {
  const found = externalSecretsOf(path, git(repository, 'show', `HEAD:${path}`))[document];
  if (!found) throw new Error(`${name}: ${repository} has no ExternalSecret ${document} in ${path}`);
  const fields = fieldPaths(found);
  const unknown = fields.filter((field) => field.startsWith('spec.') && !isKnownPath(field, leaves));
  return {
    name,
    repository,
    commit: commitOf(repository),
    path,
    document,
    apiVersion: String(found['apiVersion']),
    fields,
    unknown,
  };
}

const crd = parse(git(UPSTREAM, 'show', `HEAD:${CRD}`)) as {
  spec: { versions: { name: string; schema: { openAPIV3Schema: FieldSchema } }[] };
};
const schema = crd.spec.versions.find(({ name }) => name === 'v1')?.schema.openAPIV3Schema;
if (!schema) throw new Error(`${CRD} has no version v1`);
const leaves = leafPaths(schema).filter((path) => path.startsWith('spec.'));
const sources = JSON.parse(readFileSync(join(here, 'sources.json'), 'utf8')) as Source[];
const index: CorpusIndex = {
  upstream: { repository: UPSTREAM, commit: commitOf(UPSTREAM), path: CRD, fields: leaves },
  manifests: sources.map((source) => indexed(source, leaves)),
};
writeFileSync(join(here, 'index.json'), await format(JSON.stringify(index), { parser: 'json', printWidth: 120 }));
console.log(
  `${index.manifests.length} manifests, ${new Set(sources.map(({ repository }) => repository)).size} repositories`,
);
