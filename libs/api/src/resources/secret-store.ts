import { type KubeObject, resourceType } from '@eso/kube';
import type { clusterSecretStoreSpec, secretStoreSpec, secretStoreStatus, WrittenManifest } from '../schema/index.ts';

/** Spec of a SecretStore as a manifest has it. */
export type SecretStoreSpec = WrittenManifest<typeof secretStoreSpec>;
/** Spec of a ClusterSecretStore as a manifest has it. */
export type ClusterSecretStoreSpec = WrittenManifest<typeof clusterSecretStoreSpec>;
/** Status as core writes it; both kinds have the same. */
export type SecretStoreStatus = WrittenManifest<typeof secretStoreStatus>;

/** Store of one namespace, as users of External Secrets have it. */
export interface SecretStore extends KubeObject {
  spec: SecretStoreSpec;
  status?: SecretStoreStatus;
}

/** Store of many namespaces, as users of External Secrets have it. */
export interface ClusterSecretStore extends KubeObject {
  spec: ClusterSecretStoreSpec;
  status?: SecretStoreStatus;
}

/** SecretStores at the API server. */
export const secretStores = resourceType<SecretStore>(
  'external-secrets.io',
  'v1',
  'secretstores',
  'SecretStore',
  'Namespaced',
);

/** ClusterSecretStores at the API server. */
export const clusterSecretStores = resourceType<ClusterSecretStore>(
  'external-secrets.io',
  'v1',
  'clustersecretstores',
  'ClusterSecretStore',
  'Cluster',
);
