import { type KubeObject, resourceType } from '@eso/kube';
import type { clusterProviderSpec, providerSpec, providerStatus, WrittenManifest } from '../schema/index.ts';

export type ProviderSpec = WrittenManifest<typeof providerSpec>;
export type ClusterProviderSpec = WrittenManifest<typeof clusterProviderSpec>;
export type ProviderStatus = WrittenManifest<typeof providerStatus>;
export type ProviderConfigRef = ProviderSpec['providerRef'];
export type Capabilities = NonNullable<ProviderStatus['capabilities']>;
/** One way for a namespace to be admitted. */
export type ClusterStoreCondition = NonNullable<ClusterProviderSpec['conditions']>[number];
export type LabelSelector = NonNullable<ClusterStoreCondition['namespaceSelector']>;

/** Whose namespace credentials are read from. The API server writes the default. */
export type AuthenticationScope = NonNullable<ClusterProviderSpec['authenticationScope']>;
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

export const providers = resourceType<Provider>('external-secrets.io', 'v1', 'providers', 'Provider', 'Namespaced');

export const clusterProviders = resourceType<ClusterProvider>(
  'external-secrets.io',
  'v1',
  'clusterproviders',
  'ClusterProvider',
  'Cluster',
);
