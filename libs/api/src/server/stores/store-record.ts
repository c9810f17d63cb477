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
  /** `spec.provider`: the config in the store, under the key of its provider. */
  readonly inline?: Readonly<Record<string, unknown>>;
  /** Of a ClusterProvider. */
  readonly authenticationScope: 'ProviderNamespace' | 'ManifestNamespace';
  readonly conditions: readonly ClusterStoreCondition[];
  /** `spec.retrySettings` as it stands there. */
  readonly retrySettings?: unknown;
}

/** Reads a store. The API server has checked its schema; what is not of it is taken for absent, so that nothing is granted by it. */
export function storeRecord(kind: StoreKind, manifest: StoreManifest): StoreRecord {
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
    ...(inline ? { inline } : {}),
    authenticationScope:
      spec['authenticationScope'] === 'ManifestNamespace' ? 'ManifestNamespace' : 'ProviderNamespace',
    conditions: Array.isArray(spec['conditions']) ? (spec['conditions'] as ClusterStoreCondition[]) : [],
    ...(spec['retrySettings'] === undefined ? {} : { retrySettings: spec['retrySettings'] }),
  };
}

/** A store in the words of a message: `Provider team-a/main`, `ClusterProvider shared`. */
export function storeName({ kind, namespace, name }: Pick<StoreRecord, 'kind' | 'namespace' | 'name'>): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
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
