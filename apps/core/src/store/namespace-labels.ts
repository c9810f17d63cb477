import type { Informer, Namespace } from '@eso/kube';
import type { ConsumerNamespace } from './store-view.ts';

/** What core remembers of a namespace: what a ClusterProvider's conditions look at. */
export type NamespaceLabels = Pick<Namespace, 'apiVersion' | 'kind'> & {
  readonly metadata: Pick<Namespace['metadata'], 'name' | 'labels' | 'resourceVersion'>;
};

/** Made as a namespace arrives, before it is stored: an informer's transform. */
export function namespaceLabels({ apiVersion, kind, metadata }: Namespace): NamespaceLabels {
  const { name, labels = {}, resourceVersion = '' } = metadata;
  return { apiVersion, kind, metadata: { name, labels, resourceVersion } };
}

/** The namespace of a name with the labels that the informer knows; none where it does not know it. */
export function namespaceOf(informer: Pick<Informer<NamespaceLabels>, 'store'>): (name: string) => ConsumerNamespace {
  return (name) => ({ name, labels: informer.store.get(undefined, name)?.metadata.labels ?? {} });
}
