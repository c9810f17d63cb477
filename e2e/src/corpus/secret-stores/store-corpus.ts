import type { ClusterSecretStore, ExternalSecret, SecretStore } from '@eso/api/resources';
import type { Manifest } from '@eso/testing';
import type { BackendEntry } from '../corpus.ts';
import { documentsOf, type IndexedManifest, readIndex } from '../corpus-index.ts';

/** What is to become of a store; stated by hand, in the last document of its file. */
export type StoreExpectation =
  /** It is Ready, and an ExternalSecret that reads through it makes a Secret of exactly these values. */
  | { readonly outcome: 'synced'; readonly data: Readonly<Record<string, string>> }
  /** Its provider is here and cannot serve it (yet): it is not Ready, with this code and this field in its message. */
  | { readonly outcome: 'unserved'; readonly code: string; readonly field: string; readonly because: string }
  /** No class claims its key: it is not Ready, and its message names the key and the class that is missing. */
  | { readonly outcome: 'unclaimed' }
  /** It is left alone, as is what refers to it. */
  | { readonly outcome: 'foreign'; readonly because: string }
  /** The API server refuses it, as upstream's schema does; the text is a part of what it says. */
  | { readonly outcome: 'refused'; readonly text: string; readonly because: string };

/** One entry of the corpus of stores: a public manifest written anew. */
export interface StoreEntry {
  readonly source: IndexedManifest;
  readonly manifest: SecretStore | ClusterSecretStore;
  /** What the user has beside it: namespaces with labels, Secrets with credentials. */
  readonly beside: readonly Manifest[];
  /** What the account holds that its credentials are for. Default nothing. */
  readonly backend: readonly BackendEntry[];
  /** What an ExternalSecret reads through it. Default one value. */
  readonly read: Pick<ExternalSecret['spec'], 'data' | 'dataFrom'>;
  /** Namespace of that ExternalSecret. */
  readonly consumer: string;
  /** A namespace that the store's own conditions keep out. */
  readonly denied?: string;
  readonly expected: StoreExpectation;
}

type ExpectationDocument = Manifest &
  Pick<StoreEntry, 'denied' | 'expected'> &
  Partial<Pick<StoreEntry, 'backend' | 'read' | 'consumer'>>;

const FOLDER = import.meta.dirname;
const ONE_VALUE: StoreEntry['read'] = { data: [{ secretKey: 'value', remoteRef: { key: 'a' } }] };

/** Reads the index of the stores. */
export const readStoreIndex = () => readIndex(FOLDER);

/** Key of a store's provider: `aws`. */
export const providerKey = ({ spec }: StoreEntry['manifest']): string => Object.keys(spec.provider ?? {}).join(', ');

/**
 * Reads all entries in the order of the index. A file has the store first, then what is beside it, then an `Expectation`. What has
 * no namespace in it, stands in the consumer's; and that is the store's own namespace, or one that is named after the store.
 * @throws Error for a file whose documents are not these
 */
export function readStores(): StoreEntry[] {
  return readStoreIndex().manifests.map((source) => {
    const documents = documentsOf(FOLDER, source);
    const { backend = [], read = ONE_VALUE, denied, expected, consumer } = documents.expectation as ExpectationDocument;
    const manifest = documents.manifest as unknown as StoreEntry['manifest'];
    const own = source.kind === 'SecretStore' ? manifest.metadata.namespace : consumer;
    return {
      source,
      manifest,
      beside: documents.beside,
      backend,
      read,
      consumer: own ?? `store-${source.name}`,
      ...(denied !== undefined && { denied }),
      expected,
    };
  });
}
