import type { ExternalSecret } from '@eso/api/resources';
import type { Manifest } from '@eso/testing';
import { documentsOf, type IndexedManifest, readIndex } from './corpus-index.ts';

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

/**
 * Reads all entries in the order of the index. A file has the ExternalSecret first, then what is beside it, then an `Expectation`.
 * @throws Error for a file whose documents are not these
 */
export function readCorpus(): CorpusEntry[] {
  return readIndex(import.meta.dirname).manifests.map((source) => {
    const { manifest, beside, expectation } = documentsOf(import.meta.dirname, source);
    const { backends, impliedStore, expected, provider = 'fake' } = expectation as ExpectationDocument;
    return {
      source,
      manifest: manifest as unknown as ExternalSecret,
      beside,
      provider,
      backends,
      ...(impliedStore && { impliedStore }),
      expected,
    };
  });
}
