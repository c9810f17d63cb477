import type { ProviderConnections } from '@eso/api/client';
import { type ClusterProvider, clusterProviders, type Provider, providers } from '@eso/api/resources';
import { Controller, type EventRecorder, WorkQueue } from '@eso/controller';
import { type Informer, type KubeClient, objectKey, type ResourceType } from '@eso/kube';
import type { Clock, Logger, Registry } from '@eso/runtime';
import { EndpointGate } from '../endpoint-gate.ts';
import type { Informers } from '../informers.ts';
import { MutationCache } from '../mutation-cache.ts';
import type { EndpointOverrides } from '../store/endpoint-overrides.ts';
import { clusterProviderView, providerView } from '../store/provider-view.ts';
import type { StoreKind, StoreProviderReference, StoreView } from '../store/store-view.ts';
import type { Stores } from '../store/stores.ts';
import { EndpointUse } from './endpoint-use.ts';
import { ProviderMetrics } from './metrics.ts';
import { providerReconcile } from './reconcile.ts';
import { watchProviders } from './watches.ts';

export interface ProviderControllersOptions {
  readonly client: KubeClient;
  readonly informers: Pick<Informers, 'providers' | 'clusterProviders' | 'services' | 'endpointSlices'>;
  /** Stands on the same informers. */
  readonly stores: Stores;
  readonly overrides?: Pick<EndpointOverrides, 'onChange'> | undefined;
  readonly connections: Pick<ProviderConnections, 'client' | 'forget'>;
  readonly events: Pick<EventRecorder, 'event'>;
  /** The class that this installation serves; a store without a class is everybody's. */
  readonly controllerClass: string;
  /** How often a store without `refreshInterval` is validated again, in milliseconds. Default 300,000. */
  readonly requeueMs?: number;
  /** How many stores of a kind are validated at once. */
  readonly workers: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

export interface ProviderControllers {
  /** One for each kind; nothing runs before their `start`. */
  readonly controllers: readonly Controller[];
  /**
   * Says that a call on behalf of a store failed because of the store: if it counts as ready, it is validated at once
   * instead of after its interval. One that is known not to be ready is tried again anyway.
   */
  readonly doubt: (reference: StoreProviderReference) => void;
}

/** A store that is not ready is looked at again after 1 s, growing to 30 s. */
const BACKOFF = { baseMs: 1_000, maxMs: 30_000 };

/** Puts the parts together that keep the status of Providers and ClusterProviders true. */
export function providerControllers(options: ProviderControllersOptions): ProviderControllers {
  const { informers, stores } = options;
  const endpoints = new EndpointUse((id) => options.connections.forget(id));
  const kinds: Part[] = [
    part(options, endpoints, {
      kind: 'Provider',
      type: providers,
      informer: informers.providers,
      viewOf: (provider) => providerView(provider, stores.resolver),
    }),
  ];
  if (informers.clusterProviders)
    kinds.push(
      part(options, endpoints, {
        kind: 'ClusterProvider',
        type: clusterProviders,
        informer: informers.clusterProviders,
        viewOf: (provider) => clusterProviderView(provider, stores.resolver),
      }),
    );
  return {
    controllers: kinds.map(({ controller }) => controller),
    doubt: ({ storeRefKind, storeName, namespace }) => {
      // A namespaced store and its config share their namespace.
      const where = storeRefKind === 'Provider' ? namespace : undefined;
      const store = stores.view(storeRefKind, where, storeName);
      if (store?.ready.status !== 'True') return;
      kinds.find(({ kind }) => kind === storeRefKind)?.queue.add(objectKey(store));
    },
  };
}

interface Part {
  readonly kind: StoreKind;
  readonly queue: WorkQueue;
  readonly controller: Controller;
}

interface KindOfStore<T extends Provider | ClusterProvider> {
  readonly kind: StoreKind;
  readonly type: ResourceType<T>;
  readonly informer: Informer<T>;
  readonly viewOf: (store: T) => StoreView;
}

function part<T extends Provider | ClusterProvider>(
  options: ProviderControllersOptions,
  endpoints: EndpointUse,
  { kind, type, informer, viewOf }: KindOfStore<T>,
): Part {
  const { client, events, clock, logger, registry, workers, connections, controllerClass } = options;
  const name = kind.toLowerCase();
  const queue = new WorkQueue({ name, clock, registry, backoff: BACKOFF });
  const written = new MutationCache<T>();
  const reconcile = providerReconcile({
    type,
    client,
    clock,
    events,
    metrics: new ProviderMetrics(kind, registry),
    store: (key) => informer.store.getByKey(key),
    viewOf,
    written,
    controllerClass,
    defaultIntervalMs: options.requeueMs ?? 300_000,
    provider: (endpoint) => connections.client(endpoint),
    gate: new EndpointGate({
      limit: Math.max(1, Math.floor(workers / 4)),
      resume: (key, priority) => queue.add(key, { priority }),
    }),
    endpoints,
  });
  watchProviders({
    ...options.informers,
    queue,
    stores: informer,
    viewOf,
    resolver: options.stores.resolver,
    overrides: options.overrides,
    onDelete: (key) => written.forget(key),
  });
  return { kind, queue, controller: new Controller({ name, queue, reconcile, workers, clock, logger, registry }) };
}
