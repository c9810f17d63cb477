import type { ProviderConnections } from '@eso/client';
import { Controller, type EventRecorder, WorkQueue } from '@eso/controller';
import type { KubeClient } from '@eso/kube';
import type { Clock, Logger, Registry } from '@eso/runtime';
import type { Informers } from '../informers.ts';
import type { MetricSettings } from '../metrics/settings.ts';
import { OwnWrites } from '../reconcile/own-writes.ts';
import { StatusWriter } from '../reconcile/status-writer.ts';
import type { Classes } from '../store/classes.ts';
import type { EndpointOverrides } from '../store/endpoint-overrides.ts';
import type { Stores } from '../store/stores.ts';
import { watchClassUsers } from './class-watches.ts';
import { StoreConcluder } from './conclude.ts';
import { EndpointUse } from './endpoint-use.ts';
import { ValidationMetrics } from './metrics.ts';
import { validationReconcile } from './reconcile.ts';
import { ServiceInquiry } from './service-inquiry.ts';
import { StoreRevalidation } from './store-revalidation.ts';
import type { ValidatedKind, ValidatedObject } from './validated-kind.ts';
import { validatedClasses, validatedStore } from './validated-kinds.ts';
import { watchValidated } from './watches.ts';

/** What the controllers of stores and classes stand on. */
export interface ValidationControllersOptions {
  readonly client: KubeClient;
  readonly informers: Pick<
    Informers,
    'services' | 'endpointSlices' | 'namespaces' | 'providerClasses' | 'clusterProviderClasses'
  >;
  /** Both stand on the same informers. */
  readonly stores: Stores;
  readonly classes: Classes;
  readonly overrides?: Pick<EndpointOverrides, 'onChange'> | undefined;
  readonly connections: Pick<ProviderConnections, 'client' | 'forget'>;
  readonly events: Pick<EventRecorder, 'event'>;
  /** The class that this installation serves; a store without a class is everybody's. */
  readonly controllerClass: string;
  /** How often a store without `refreshInterval` is validated again, in milliseconds. Default 300,000. */
  readonly requeueMs?: number;
  /** How many objects of a kind are validated at once. */
  readonly workers: number;
  /** Which series are served of stores. */
  readonly metrics: MetricSettings;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** The controllers of all kinds of store, and of classes. */
export interface ValidationControllers {
  /** One for each kind; nothing runs before their `start`. */
  readonly controllers: readonly Controller[];
  /** Reaches the stores of all kinds. */
  readonly revalidation: StoreRevalidation;
}

/** What is not ready is looked at again after 1 s, growing to 30 s. */
const BACKOFF = { firstMs: 1_000, maxMs: 30_000 };

/** Puts the parts together that keep the status of all kinds of store, and of classes, true. */
export function validationControllers(options: ValidationControllersOptions): ValidationControllers {
  const { stores, classes, informers } = options;
  const endpoints = new EndpointUse((id) => options.connections.forget(id));
  const kinds: readonly ValidatedKind[] = [
    ...validatedClasses(informers, { classes, resolver: stores.resolver }),
    ...stores.registry.kinds.map(validatedStore),
  ];
  const built = kinds.map((kind) => validationController(options, endpoints, kind));
  const queues = new Map<string, WorkQueue>(built.map(({ kind, queue }) => [kind, queue]));
  watchClassUsers({ classes, stores, namespaces: informers.namespaces, queues });
  return {
    controllers: built.map(({ controller }) => controller),
    revalidation: new StoreRevalidation({ stores, queues }),
  };
}

interface ValidationController {
  readonly kind: string;
  readonly queue: WorkQueue;
  readonly controller: Controller;
}

function validationController(
  options: ValidationControllersOptions,
  endpoints: EndpointUse,
  validated: ValidatedKind,
): ValidationController {
  const { client, events, clock, logger, registry, workers, connections, stores } = options;
  const { kind, type, informer, words, snapshot } = validated;
  const name = kind.toLowerCase();
  const queue = new WorkQueue({ name, clock, registry, backoff: BACKOFF });
  watchValidated({
    ...options.informers,
    queue,
    kind: validated,
    resolver: stores.resolver,
    overrides: options.overrides,
  });
  const written = new OwnWrites<ValidatedObject>(informer, (key) => queue.add(key));
  const metrics = new ValidationMetrics(kind, registry, options.metrics);
  const reconcile = validationReconcile({
    kind: validated,
    observe: (key) => {
      const object = written.latest(key);
      return object && { key, object, look: validated.look(object) };
    },
    client,
    inquiry: new ServiceInquiry({ client }),
    provider: (endpoint) => connections.client(endpoint),
    concluder: new StoreConcluder({
      status: new StatusWriter({ client, type, written, snapshot }),
      words,
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
