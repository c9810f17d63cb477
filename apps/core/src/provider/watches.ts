import { type ClusterProvider, LABEL_PROVIDER, type Provider, ProviderConditionType } from '@eso/api/resources';
import { Priority, type WorkQueue } from '@eso/controller';
import { type EndpointSlice, type Informer, type KubeObject, objectKey, type Service } from '@eso/kube';
import type { EndpointOverrides } from '../store/endpoint-overrides.ts';
import type { EndpointResolver } from '../store/endpoint-resolver.ts';
import { SERVICE_NAME_LABEL } from '../store/endpoints.ts';
import type { StoreView } from '../store/store-view.ts';
import { conditionOf } from './status.ts';

export interface ProviderWatches<T extends Provider | ClusterProvider> {
  readonly queue: WorkQueue;
  readonly stores: Informer<T>;
  readonly viewOf: (store: T) => StoreView;
  readonly resolver: Pick<EndpointResolver, 'parse'>;
  readonly services: Informer<Service>;
  readonly endpointSlices: Informer<EndpointSlice>;
  readonly overrides?: Pick<EndpointOverrides, 'onChange'> | undefined;
  /** Told that a store is gone. */
  readonly onDelete: (key: string) => void;
}

/** What puts a store on the work queue: itself, and the Service and the endpoints that its address leads to. */
export function watchProviders<T extends Provider | ClusterProvider>(watches: ProviderWatches<T>): void {
  watchStores(watches);
  const { services, endpointSlices, overrides } = watches;
  services.addHandler({
    add: (service) => {
      if (isProvider(service)) moved(watches, keyOf(service));
    },
    update: (before, after) => {
      if (isProvider(before) || isProvider(after)) moved(watches, keyOf(after));
    },
    delete: (service) => {
      if (isProvider(service)) moved(watches, keyOf(service));
    },
  });
  // Of all the endpoints of a cluster only those behind provider Services concern a store.
  const ofSlice = ({ metadata: { namespace = '', labels } }: EndpointSlice): void => {
    const service = services.store.get(namespace, labels?.[SERVICE_NAME_LABEL] ?? '');
    if (service && isProvider(service)) moved(watches, keyOf(service));
  };
  endpointSlices.addHandler({ add: ofSlice, update: (_, slice) => ofSlice(slice), delete: ofSlice });
  overrides?.onChange((ids) => {
    for (const id of ids) moved(watches, id.replace(/:[^:]*$/, ''));
  });
}

function watchStores<T extends Provider | ClusterProvider>({ queue, stores, onDelete }: ProviderWatches<T>): void {
  stores.addHandler({
    add: (store) => queue.add(keyOf(store), { priority: isJudged(store) ? Priority.refresh : Priority.neverSynced }),
    update: (before, after) => {
      // Our own status writes are no reason to look again; a status that somebody emptied is.
      if (before.metadata.generation === after.metadata.generation && isJudged(after)) return;
      queue.add(keyOf(after), {
        priority: conditionOf(after.status, 'Ready') ? Priority.changed : Priority.neverSynced,
      });
    },
    delete: (store) => {
      onDelete(keyOf(store));
      queue.add(keyOf(store));
    },
  });
}

/** Queues the stores whose address leads to a Service (`<namespace>/<name>`) that is not what it was. */
function moved<T extends Provider | ClusterProvider>(
  { queue, stores, viewOf, resolver }: ProviderWatches<T>,
  service: string,
): void {
  for (const store of stores.store.list()) {
    const named = resolver.parse(store.spec.address);
    if ('kind' in named || `${named.namespace}/${named.service}` !== service) continue;
    if (isDisturbed(viewOf(store))) queue.add(keyOf(store));
  }
}

/** A ready store whose address still leads somewhere gains nothing from being asked again, however often its pods move. */
function isDisturbed(view: StoreView): boolean {
  return view.ready.status !== 'True' || view.endpoint.kind === 'refused';
}

/** Whether the Ready condition speaks of the present spec. */
function isJudged({ status, metadata }: Provider | ClusterProvider): boolean {
  const ready = conditionOf(status, ProviderConditionType.ready);
  return ready !== undefined && ready.observedGeneration === metadata.generation;
}

function isProvider({ metadata }: Service): boolean {
  return metadata.labels?.[LABEL_PROVIDER] === 'true';
}

function keyOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return objectKey(metadata);
}
