import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Manifest, parseManifests } from '@eso/testing';

/** Where a public manifest stands, and which fields it has. */
export interface IndexedManifest {
  /** Name of ours in `manifests/`. */
  readonly name: string;
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  /** Which of the manifests of these kinds in its file, from 0. */
  readonly document: number;
  /** Of the public manifest; ours are all `external-secrets.io/v1`, whose spec is the same. */
  readonly apiVersion: string;
  readonly kind: string;
  readonly fields: readonly string[];
  /** Those of its fields that upstream's own schema does not know. */
  readonly unknown: readonly string[];
}

/** What is kept of a schema of upstream: facts, none of its text. */
export interface UpstreamSchema {
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  /** The leaf paths of its `spec`; of stores, below the keys that occur in the corpus. */
  readonly fields: readonly string[];
  /** Paths that have to be there where what is above them is. */
  readonly required: readonly string[];
  /** What stands at a path has to be one of these. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
}

/** `index.json` of a folder: made by make-index.ts, not by hand. */
export interface CorpusIndex {
  readonly upstream: UpstreamSchema;
  readonly manifests: readonly IndexedManifest[];
}

/** Reads the index of a folder. */
export function readIndex(folder: string): CorpusIndex {
  return JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8')) as CorpusIndex;
}

/**
 * Reads the file of one manifest: the manifest, what its user has beside it, and what is to become of it.
 * @throws Error for a file whose documents are not these
 */
export function documentsOf(
  folder: string,
  { name, kind }: IndexedManifest,
): { readonly manifest: Manifest; readonly beside: readonly Manifest[]; readonly expectation: Manifest } {
  const file = join(folder, 'manifests', `${name}.yaml`);
  const documents = parseManifests(readFileSync(file, 'utf8'));
  const [manifest, expectation] = [documents.at(0), documents.at(-1)];
  if (manifest?.kind !== kind || expectation?.kind !== 'Expectation')
    throw new Error(`${file} is not a ${kind}, what is beside it, and an Expectation`);
  return { manifest, beside: documents.slice(1, -1), expectation };
}
