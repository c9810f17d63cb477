import { ANNOTATION_LAST_APPLIED, type ClusterSecretStore, type SecretStore } from '@eso/api/resources';

/**
 * What core remembers of a SecretStore or ClusterSecretStore: of the config in it nothing but its key. The provider reads the rest, which
 * is no concern of core's, may hold what a tenant keeps to itself, and stands once more in the annotation of `kubectl apply`. Made as a
 * store arrives, before it is kept: an informer's transform. A status can be written with it: the API server takes nothing else from that request.
 */
export function storeSnapshot<T extends SecretStore | ClusterSecretStore>(store: T): T {
  const { metadata, spec } = store;
  const rest = { ...metadata };
  delete rest.annotations;
  delete rest.managedFields;
  const kept = Object.entries(metadata.annotations ?? {}).filter(([name]) => name !== ANNOTATION_LAST_APPLIED);
  const provider = spec.provider && Object.fromEntries(Object.keys(spec.provider).map((key) => [key, {}]));
  return {
    ...store,
    metadata: { ...rest, ...(kept.length > 0 && { annotations: Object.fromEntries(kept) }) },
    spec: { ...spec, ...(provider && { provider }) },
  };
}
