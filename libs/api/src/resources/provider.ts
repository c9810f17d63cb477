import { type KubeObject, resourceType } from '@eso/kube';
import type { clusterProviderSpec, providerSpec, providerStatus, WrittenManifest } from '../schema/index.ts';

/** Spec as a manifest has it: fields with a default may be absent. */
export type ProviderSpec = WrittenManifest<typeof providerSpec>;
/** Spec as a manifest has it, with what only a cluster-scoped store has. */
export type ClusterProviderSpec = WrittenManifest<typeof clusterProviderSpec>;
/** Status as core writes it; a ClusterProvider has the same. */
export type ProviderStatus = WrittenManifest<typeof providerStatus>;
/** Reference to the provider's own config object. */
export type ProviderConfigRef = ProviderSpec['providerRef'];
/** What the provider says that its kind can do, in the coarse words of the status. */
export type Capabilities = NonNullable<ProviderStatus['capabilities']>;
/** One way for a namespace to be admitted. */
export type ClusterStoreCondition = NonNullable<ClusterProviderSpec['conditions']>[number];
/** A label selector of Kubernetes. */
export type LabelSelector = NonNullable<ClusterStoreCondition['namespaceSelector']>;

/** Whose namespace credentials are read from. The API server writes the default. */
export type AuthenticationScope = NonNullable<ClusterProviderSpec['authenticationScope']>;
/** The scope that the schema writes where a manifest has none. */
export const DEFAULT_AUTHENTICATION_SCOPE = 'ProviderNamespace' satisfies AuthenticationScope;

/** Store of one namespace that is served by a provider process. */
export interface Provider extends KubeObject {
  spec: ProviderSpec;
  status?: ProviderStatus;
}

/** Store of many namespaces that is served by a provider process. */
export interface ClusterProvider extends KubeObject {
  spec: ClusterProviderSpec;
  status?: ProviderStatus;
}

/** Providers at the API server. */
export const providers = resourceType<Provider>('external-secrets.io', 'v1', 'providers', 'Provider', 'Namespaced');

/** ClusterProviders at the API server. */
export const clusterProviders = resourceType<ClusterProvider>(
  'external-secrets.io',
  'v1',
  'clusterproviders',
  'ClusterProvider',
  'Cluster',
);
