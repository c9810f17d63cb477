import { type KubeObject, resourceType, type ResourceType } from '@eso/kube';
import type { StoreKind } from '../../resources/external-secret.ts';

/** A store as the API server gives it: this side believes nothing of its spec before it has looked. */
export interface StoreManifest extends KubeObject {
  spec?: unknown;
}

const GROUP = 'external-secrets.io';
const VERSION = 'v1';

/** Value of `provider_ref.api_version` where the config stands in the store itself. */
export const STORE_API_VERSION = `${GROUP}/${VERSION}`;

/** The resource types of stores, by the kind that a request may name. */
export const STORE_TYPES: Readonly<Record<StoreKind, ResourceType<StoreManifest>>> = {
  Provider: resourceType(GROUP, VERSION, 'providers', 'Provider', 'Namespaced'),
  ClusterProvider: resourceType(GROUP, VERSION, 'clusterproviders', 'ClusterProvider', 'Cluster'),
  SecretStore: resourceType(GROUP, VERSION, 'secretstores', 'SecretStore', 'Namespaced'),
  ClusterSecretStore: resourceType(GROUP, VERSION, 'clustersecretstores', 'ClusterSecretStore', 'Cluster'),
};

/** Whether a request names a kind of store. */
export function isStoreKind(kind: string): kind is StoreKind {
  return Object.hasOwn(STORE_TYPES, kind);
}

/** Whether stores of a kind belong to one namespace. */
export function isNamespaced(kind: StoreKind): boolean {
  return kind === 'Provider' || kind === 'SecretStore';
}
