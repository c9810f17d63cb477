import { ProviderConditionType } from '@eso/api/resources';
import { Priority, type WorkQueue } from '@eso/controller';
import { type EndpointSlice, type Informer, type KubeObject, objectKey, type Service } from '@eso/kube';
import type { EndpointOverrides } from '../store/endpoint-overrides.ts';
import type { EndpointResolver } from '../store/endpoint-resolver.ts';
import { SERVICE_NAME_LABEL } from '../store/endpoints.ts';
import type { RegisteredKind, StoreObject } from '../store/registry.ts';
import type { StoreView } from '../store/store-view.ts';
import { conditionOf } from './status.ts';

/** What {@link watchProviders} ties together for one kind of store. */
export interface ProviderWatches {
  readonly queue: WorkQueue;
  readonly kind: RegisteredKind;
  readonly resolver: Pick<EndpointResolver, 'parse'>;
  /** Those of providers; others are not watched. */
  readonly services: Informer<Service>;
  readonly endpointSlices: Informer<EndpointSlice>;
  readonly overrides?: Pick<EndpointOverrides, 'onChange'> | undefined;
}

/** What puts a store on the work queue: itself, and the Service and the endpoints that its address leads to. */
export function watchProviders(watches: ProviderWatches): void {
  watchStores(watches);
  const { services, endpointSlices, overrides } = watches;
  const ofService = (service: Service): void => enqueueStoresOf(watches, keyOf(service));
  services.addHandler({ add: ofService, update: (_, service) => ofService(service), delete: ofService });
  const ofSlice = ({ metadata: { namespace = '', labels } }: EndpointSlice): void => {
    enqueueStoresOf(watches, `${namespace}/${labels?.[SERVICE_NAME_LABEL] ?? ''}`);
  };
  endpointSlices.addHandler({ add: ofSlice, update: (_, slice) => ofSlice(slice), delete: ofSlice });
  overrides?.onChange((ids) => {
    for (const id of ids) enqueueStoresOf(watches, id.replace(/:[^:]*$/, ''));
  });
}

function watchStores({ queue, kind: { informer } }: ProviderWatches): void {
  informer.addHandler({
    add: (store) => queue.add(keyOf(store), { priority: isValidated(store) ? Priority.refresh : Priority.neverSynced }),
    update: (before, after) => {
      // Our own status writes are no reason to look again; a status that somebody emptied is.
      if (before.metadata.generation === after.metadata.generation && isValidated(after)) return;
      queue.add(keyOf(after), {
        priority: conditionOf(after.status, 'Ready') ? Priority.changed : Priority.neverSynced,
      });
    },
    delete: (store) => queue.add(keyOf(store)),
  });
}

/** Queues the stores whose address leads to a Service (`<namespace>/<name>`) that is not what it was. */
function enqueueStoresOf({ queue, kind, resolver }: ProviderWatches, service: string): void {
  for (const store of kind.informer.store.list()) {
    const named = resolver.parse(store.spec.address);
    if ('kind' in named || `${named.namespace}/${named.service}` !== service) continue;
    if (needsValidation(kind.toView(store))) queue.add(keyOf(store));
  }
}

/** A ready store whose address still leads somewhere gains nothing from being asked again, however often its pods move. */
function needsValidation(view: StoreView): boolean {
  return view.ready.status !== 'True' || view.resolveEndpoint().kind === 'refused';
}

/** Whether the Ready condition speaks of the present spec. */
function isValidated({ status, metadata }: StoreObject): boolean {
  const ready = conditionOf(status, ProviderConditionType.ready);
  return ready !== undefined && ready.observedGeneration === metadata.generation;
}

function keyOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return objectKey(metadata);
}
