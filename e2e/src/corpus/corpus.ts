import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExternalSecret } from '@eso/api/resources';
import { type Manifest, parseManifests } from '@eso/testing';

/** Where a public manifest stands, and which fields it has. */
export interface IndexedManifest {
  /** Name of ours in `manifests/`. */
  readonly name: string;
  readonly repository: string;
  readonly commit: string;
  readonly path: string;
  /** Which of the ExternalSecrets of its file, from 0. */
  readonly document: number;
  /** Of the public manifest; ours are all `external-secrets.io/v1`, whose spec is the same. */
  readonly apiVersion: string;
  readonly fields: readonly string[];
  /** Those of its fields that upstream's own schema does not know. */
  readonly unknown: readonly string[];
}

/** `index.json`: made by make-index.ts, not by hand. */
export interface CorpusIndex {
  /** Upstream's schema and the leaf paths of its `spec`. */
  readonly upstream: {
    readonly repository: string;
    readonly commit: string;
    readonly path: string;
    readonly fields: readonly string[];
  };
  readonly manifests: readonly IndexedManifest[];
}

/** One secret of a made-up backend. */
export interface BackendEntry {
  readonly key: string;
  readonly version?: string;
  /** An object is stored as JSON. */
  readonly value: unknown;
  readonly tags?: Readonly<Record<string, string>>;
}

/** The Secret that is to be there in the end. */
export interface ExpectedSecret {
  readonly name: string;
  /** Default `Opaque`. */
  readonly type?: string;
  /** Values that are known to the letter. */
  readonly data?: Readonly<Record<string, string>>;
  /** Values that are new each time: a regular expression each. Together with `data` these are all keys. */
  readonly matching?: Readonly<Record<string, string>>;
  /** All labels but those of the operator itself. Default none. */
  readonly labels?: Readonly<Record<string, string>>;
  /** All annotations but those of the operator itself. Default none. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The object of another kind that is to be there in the end. */
export interface ExpectedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** All of it but `metadata`. */
  readonly content: Readonly<Record<string, unknown>>;
  /** As for a Secret. */
  readonly labels?: Readonly<Record<string, string>>;
  /** As for a Secret. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What is to become of a manifest; stated by hand, in the last document of its file. */
export type Expectation =
  /** It syncs into a Secret. */
  | { readonly outcome: 'synced'; readonly secret: ExpectedSecret }
  /** It syncs into an object of the kind that its `target.manifest` names. */
  | { readonly outcome: 'manifest'; readonly object: ExpectedObject }
  /** It is stored and cannot be served (yet); its condition has this code in its message. Nothing is written. */
  | { readonly outcome: 'unserved'; readonly code: string; readonly because: string }
  /** The API server refuses it for a reason that upstream's schema has as well; the text is a part of what it says. */
  | { readonly outcome: 'refused'; readonly text: string; readonly because: string };

/** One entry of the corpus: a public manifest written anew. */
export interface CorpusEntry {
  readonly source: IndexedManifest;
  readonly manifest: ExternalSecret;
  /** What the user has beside it: ConfigMaps with templates, a Secret to merge into. */
  readonly beside: readonly Manifest[];
  /** Which provider serves its stores: a Fake, or AWS for what a Fake cannot do. Default `fake`. */
  readonly provider: 'fake' | 'aws';
  /** What each of its stores holds, by the name of the store. */
  readonly backends: Readonly<Record<string, readonly BackendEntry[]>>;
  /** The store that is meant, for a manifest on a page that leaves it out. */
  readonly impliedStore?: string;
  readonly expected: Expectation;
}

type ExpectationDocument = Manifest &
  Pick<CorpusEntry, 'backends' | 'impliedStore' | 'expected'> &
  Partial<Pick<CorpusEntry, 'provider'>>;

/** A value as a backend holds it. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** Reads the index. */
export function readIndex(): CorpusIndex {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'index.json'), 'utf8')) as CorpusIndex;
}

/**
 * Reads all entries in the order of the index. A file has the ExternalSecret first, then what is beside it, then an `Expectation`.
 * @throws Error for a file whose documents are not these
 */
export function readCorpus(): CorpusEntry[] {
  return readIndex().manifests.map((source) => {
    const file = join(import.meta.dirname, 'manifests', `${source.name}.yaml`);
    const documents = parseManifests(readFileSync(file, 'utf8'));
    const [manifest, last] = [documents.at(0), documents.at(-1)];
    if (manifest?.kind !== 'ExternalSecret' || last?.kind !== 'Expectation')
      throw new Error(`${file} is not an ExternalSecret, what is beside it, and an Expectation`);
    const { backends, impliedStore, expected, provider = 'fake' } = last as ExpectationDocument;
    return {
      source,
      manifest: manifest as unknown as ExternalSecret,
      beside: documents.slice(1, -1),
      provider,
      backends,
      ...(impliedStore && { impliedStore }),
      expected,
    };
  });
}
