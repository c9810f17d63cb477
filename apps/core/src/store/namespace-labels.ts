import type { Namespace } from '@eso/kube';

/** What core remembers of a namespace: what a ClusterProvider's conditions look at. */
export type NamespaceLabels = Pick<Namespace, 'apiVersion' | 'kind'> & {
  readonly metadata: Pick<Namespace['metadata'], 'name' | 'labels' | 'resourceVersion'>;
};

/** Made as a namespace arrives, before it is stored: an informer's transform. */
export function namespaceLabels({ apiVersion, kind, metadata }: Namespace): NamespaceLabels {
  const { name, labels = {}, resourceVersion = '' } = metadata;
  return { apiVersion, kind, metadata: { name, labels, resourceVersion } };
}
