import { ProviderConditionType } from '@eso/api/resources';
import { Priority, type WorkQueue } from '@eso/controller';
import { type EndpointSlice, type Informer, type KubeObject, objectKey, type Service } from '@eso/kube';
import type { EndpointOverrides } from '../store/endpoint-overrides.ts';
import type { EndpointResolver } from '../store/endpoint-resolver.ts';
import { SERVICE_NAME_LABEL } from '../store/endpoints.ts';
import { conditionOf } from './status.ts';
import type { Look, ValidatedKind, ValidatedObject } from './validated-kind.ts';

/** What {@link watchValidated} ties together for one kind. */
export interface ValidationWatches {
  readonly queue: WorkQueue;
  readonly kind: ValidatedKind;
  readonly resolver: Pick<EndpointResolver, 'parse'>;
  /** Those of providers; others are not watched. */
  readonly services: Informer<Service>;
  readonly endpointSlices: Informer<EndpointSlice>;
  readonly overrides?: Pick<EndpointOverrides, 'onChange'> | undefined;
}

/** What puts an object on the work queue: itself, and the Service and the endpoints that its address leads to. */
export function watchValidated(watches: ValidationWatches): void {
  watchObjects(watches);
  const { services, endpointSlices, overrides } = watches;
  const ofService = (service: Service): void => enqueueUsersOf(watches, keyOf(service));
  services.addHandler({ add: ofService, update: (_, service) => ofService(service), delete: ofService });
  const ofSlice = ({ metadata: { namespace = '', labels } }: EndpointSlice): void => {
    enqueueUsersOf(watches, `${namespace}/${labels?.[SERVICE_NAME_LABEL] ?? ''}`);
  };
  endpointSlices.addHandler({ add: ofSlice, update: (_, slice) => ofSlice(slice), delete: ofSlice });
  overrides?.onChange((ids) => {
    for (const id of ids) enqueueUsersOf(watches, id.replace(/:[^:]*$/, ''));
  });
}

function watchObjects({ queue, kind: { informer } }: ValidationWatches): void {
  informer.addHandler({
    add: (object) =>
      queue.add(keyOf(object), { priority: isValidated(object) ? Priority.refresh : Priority.neverSynced }),
    update: (before, after) => {
      // Our own status writes are no reason to look again; a status that somebody emptied is.
      const isDeleted = before.metadata.deletionTimestamp !== after.metadata.deletionTimestamp;
      if (before.metadata.generation === after.metadata.generation && isValidated(after) && !isDeleted) return;
      queue.add(keyOf(after), {
        priority: conditionOf(after.status, 'Ready') ? Priority.changed : Priority.neverSynced,
      });
    },
    delete: (object) => queue.add(keyOf(object)),
  });
}

/** Queues the objects whose address leads to a Service (`<namespace>/<name>`) that is not what it was. */
function enqueueUsersOf({ queue, kind, resolver }: ValidationWatches, service: string): void {
  for (const object of kind.informer.store.list()) {
    const look = kind.look(object);
    const address = look.address();
    const named = address === undefined ? undefined : resolver.parse(address);
    if (!named || 'kind' in named || `${named.namespace}/${named.service}` !== service) continue;
    if (needsValidation(look)) queue.add(keyOf(object));
  }
}

/** What is ready and has an address that still leads somewhere gains nothing from being asked again, however often its pods move. */
export function needsValidation(look: Look): boolean {
  return look.ready.status !== 'True' || look.resolveEndpoint().kind === 'refused';
}

/** Whether the Ready condition speaks of the present spec. */
function isValidated({ status, metadata }: ValidatedObject): boolean {
  const ready = conditionOf(status, ProviderConditionType.ready);
  return ready !== undefined && ready.observedGeneration === metadata.generation;
}

function keyOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return objectKey(metadata);
}
