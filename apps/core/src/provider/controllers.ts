import type { ProviderConnections } from '@eso/client';
import { Controller, type EventRecorder, WorkQueue } from '@eso/controller';
import type { KubeClient } from '@eso/kube';
import type { Clock, Logger, Registry } from '@eso/runtime';
import type { Informers } from '../informers.ts';
import type { MetricSettings } from '../metrics/settings.ts';
import { OwnWrites } from '../reconcile/own-writes.ts';
import { StatusWriter } from '../reconcile/status-writer.ts';
import type { EndpointOverrides } from '../store/endpoint-overrides.ts';
import type { RegisteredKind, StoreObject } from '../store/registry.ts';
import type { ServedStoreKind } from '../store/store-view.ts';
import type { Stores } from '../store/stores.ts';
import { StoreConcluder } from './conclude.ts';
import { EndpointUse } from './endpoint-use.ts';
import { ProviderMetrics } from './metrics.ts';
import { providerReconcile } from './reconcile.ts';
import { ServiceInquiry } from './service-inquiry.ts';
import { StoreRevalidation } from './store-revalidation.ts';
import { watchProviders } from './watches.ts';

/** What the controllers of stores stand on. */
export interface ProviderControllersOptions {
  readonly client: KubeClient;
  readonly informers: Pick<Informers, 'services' | 'endpointSlices'>;
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
  /** Which series are served of stores. */
  readonly metrics: MetricSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** The controllers of all kinds of store. */
export interface ProviderControllers {
  /** One for each kind; nothing runs before their `start`. */
  readonly controllers: readonly Controller[];
  /** Reaches the stores of all kinds. */
  readonly revalidation: StoreRevalidation;
}

/** A store that is not ready is looked at again after 1 s, growing to 30 s. */
const BACKOFF = { firstMs: 1_000, maxMs: 30_000 };

/** Puts the parts together that keep the status of all kinds of store true. */
export function providerControllers(options: ProviderControllersOptions): ProviderControllers {
  const { stores } = options;
  const endpoints = new EndpointUse((id) => options.connections.forget(id));
  const built = stores.registry.kinds.map((kind) => storeController(options, endpoints, kind));
  const queues = new Map<ServedStoreKind, WorkQueue>(built.map(({ kind, queue }) => [kind, queue]));
  return {
    controllers: built.map(({ controller }) => controller),
    revalidation: new StoreRevalidation({ stores, queues }),
  };
}

interface StoreController {
  readonly kind: ServedStoreKind;
  readonly queue: WorkQueue;
  readonly controller: Controller;
}

function storeController(
  options: ProviderControllersOptions,
  endpoints: EndpointUse,
  registered: RegisteredKind,
): StoreController {
  const { client, events, clock, logger, registry, workers, connections, stores } = options;
  const { kind, type, informer } = registered;
  const name = kind.toLowerCase();
  const queue = new WorkQueue({ name, clock, registry, backoff: BACKOFF });
  watchProviders({
    ...options.informers,
    queue,
    kind: registered,
    resolver: stores.resolver,
    overrides: options.overrides,
  });
  const written = new OwnWrites<StoreObject>(informer, (key) => queue.add(key));
  const metrics = new ProviderMetrics(kind, registry, options.metrics);
  const reconcile = providerReconcile({
    kind: registered,
    observe: (key) => {
      const store = written.latest(key);
      return store && { key, store, view: registered.toView(store) };
    },
    inquiry: new ServiceInquiry({ client, resolver: stores.resolver }),
    provider: (endpoint) => connections.client(endpoint),
    concluder: new StoreConcluder({
      status: new StatusWriter({ client, type, written }),
      events,
      metrics,
      now: () => clock.now(),
    }),
    metrics,
    endpoints,
    controllerClass: options.controllerClass,
    defaultIntervalMs: options.requeueMs ?? 300_000,
    clock,
  });
  return { kind, queue, controller: new Controller({ name, queue, reconcile, workers, clock, logger, registry }) };
}
