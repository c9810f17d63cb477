/**
 * Client of the Kubernetes API: requests with typed errors, lists and watches, informers with indexes. Generic over group, version
 * and resource: it knows no kind of ours, and reconciling is left to `@eso/controller`.
 */
export { DEFAULT_PAGE_SIZE, KubeClient } from './client/client.ts';
export type * from './client/options.ts';
export type { KubeConnection, TlsClientConfig } from './connection/connection.ts';
export { inClusterConnection, type InClusterOptions } from './connection/in-cluster.ts';
export { loadConnection, type LoadConnectionOptions } from './connection/load.ts';
export { type DiscoveredKind, Discovery, type KindDiscoveryOptions } from './discovery/discovery.ts';
export { type FieldCause, isKubeError, KubeError, type KubeErrorCode, type KubeErrorOptions } from './error.ts';
export {
  createInformer,
  type Informer,
  type InformerFailure,
  type InformerHandler,
  type InformerOptions,
} from './informer/informer.ts';
export { type Indexers, Store } from './informer/store.ts';
export * from './resource/index.ts';
export type { Method } from './transport/transport.ts';
