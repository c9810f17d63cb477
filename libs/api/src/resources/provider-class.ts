import { type KubeObject, resourceType } from '@eso/kube';
import type {
  clusterProviderClassSpec,
  providerClassSpec,
  providerClassStatus,
  WrittenManifest,
} from '../schema/index.ts';

/** Spec of a ProviderClass as a manifest has it. */
export type ProviderClassSpec = WrittenManifest<typeof providerClassSpec>;
/** Spec of a ClusterProviderClass as a manifest has it. */
export type ClusterProviderClassSpec = WrittenManifest<typeof clusterProviderClassSpec>;
/** Status as core writes it; both kinds have the same. */
export type ProviderClassStatus = WrittenManifest<typeof providerClassStatus>;

/** A provider process that serves stores of one namespace. */
export interface ProviderClass extends KubeObject {
  spec: ProviderClassSpec;
  status?: ProviderClassStatus;
}

/** A provider process that serves stores of the cluster. */
export interface ClusterProviderClass extends KubeObject {
  spec: ClusterProviderClassSpec;
  status?: ProviderClassStatus;
}

/** ProviderClasses at the API server. */
export const providerClasses = resourceType<ProviderClass>(
  'external-secrets.io',
  'v1alpha1',
  'providerclasses',
  'ProviderClass',
  'Namespaced',
);

/** ClusterProviderClasses at the API server. */
export const clusterProviderClasses = resourceType<ClusterProviderClass>(
  'external-secrets.io',
  'v1alpha1',
  'clusterproviderclasses',
  'ClusterProviderClass',
  'Cluster',
);
