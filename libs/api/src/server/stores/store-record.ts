import type { ClusterStoreCondition } from '../../resources/provider.ts';
import type { StoreKind } from '../../resources/external-secret.ts';
import { isNamespaced, type StoreManifest } from './store-kinds.ts';

/** The config object that a store names. */
export interface StoredProviderRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Absent: that of the store, or of whoever uses it. */
  readonly namespace?: string;
}

/** The config that stands in a store, as far as it is this provider's. */
export interface InlineConfigRecord {
  /** Keys under `spec.provider`; there has to be one. */
  readonly keys: number;
  /** The first of them. */
  readonly key?: string;
  /** What stands under it; absent where there are several, or it is another provider's: nothing of that is kept. */
  readonly config?: unknown;
}

/** What a store says, as far as a provider has to know it. */
export interface StoreRecord {
  readonly kind: StoreKind;
  readonly name: string;
  /** Absent on cluster-scoped stores. */
  readonly namespace?: string;
  readonly uid: string;
  readonly generation: number;
  /** Absent where the config stands in the store. */
  readonly providerRef?: StoredProviderRef;
  /** Absent where `spec.provider` is. */
  readonly inline?: InlineConfigRecord;
  /** Of a ClusterProvider. */
  readonly authenticationScope: 'ProviderNamespace' | 'ManifestNamespace';
  /** Of a cluster-scoped store; on others they mean nothing. */
  readonly conditions: readonly ClusterStoreCondition[];
  /** `spec.retrySettings` as it stands there. */
  readonly retrySettings?: unknown;
}

/** Longest name of a key that is kept; none that is served is as long. */
const MAX_KEY = 64;

/**
 * Reads a store. The API server has checked its schema; what is not of it is taken for absent, so that nothing is granted by it.
 * @param served keys of `spec.provider` whose config this provider reads
 */
export function storeRecord(kind: StoreKind, manifest: StoreManifest, served: ReadonlySet<string>): StoreRecord {
  const { name, namespace, uid = '', generation = 0 } = manifest.metadata;
  const spec = objectOf(manifest.spec) ?? {};
  const inline = objectOf(spec['provider']);
  const providerRef = referenceOf(spec['providerRef']);
  return {
    kind,
    name,
    ...(isNamespaced(kind) && namespace !== undefined ? { namespace } : {}),
    uid,
    generation,
    ...(providerRef ? { providerRef } : {}),
    ...(inline ? { inline: inlineRecord(inline, served) } : {}),
    authenticationScope:
      spec['authenticationScope'] === 'ManifestNamespace' ? 'ManifestNamespace' : 'ProviderNamespace',
    conditions:
      !isNamespaced(kind) && Array.isArray(spec['conditions']) ? (spec['conditions'] as ClusterStoreCondition[]) : [],
    ...(spec['retrySettings'] === undefined ? {} : { retrySettings: spec['retrySettings'] }),
  };
}

/** A store in the words of a message: `Provider team-a/main`, `ClusterProvider shared`. */
export function storeName({ kind, namespace, name }: Pick<StoreRecord, 'kind' | 'namespace' | 'name'>): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

function inlineRecord(provider: Readonly<Record<string, unknown>>, served: ReadonlySet<string>): InlineConfigRecord {
  const keys = Object.keys(provider);
  const [key] = keys;
  if (key === undefined) return { keys: 0 };
  const named = { keys: keys.length, key: key.slice(0, MAX_KEY) };
  return keys.length === 1 && served.has(key) ? { ...named, config: provider[key] } : named;
}

function referenceOf(value: unknown): StoredProviderRef | undefined {
  const ref = objectOf(value);
  if (!ref) return undefined;
  const { apiVersion, kind, name, namespace } = ref;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string') return undefined;
  return { apiVersion, kind, name, ...(typeof namespace === 'string' && namespace !== '' ? { namespace } : {}) };
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : undefined;
}
