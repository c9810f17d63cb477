import type { ProviderConnections } from '@eso/api/client';
import type { ExternalSecret } from '@eso/api/resources';
import { Controller, type EventRecorder, WorkQueue } from '@eso/controller';
import type { KubeClient } from '@eso/kube';
import type { Clock, Logger, Registry } from '@eso/runtime';
import { createShaper, type SecretSnapshot } from '@eso/sync';
import type { Informers } from '../informers.ts';
import { MutationCache } from '../mutation-cache.ts';
import type { Stores } from '../store/stores.ts';
import { EndpointGate } from '../endpoint-gate.ts';
import { Fetcher } from './fetch.ts';
import type { Call } from './gather.ts';
import { ExternalSecretMetrics } from './metrics.ts';
import { externalSecretReconcile } from './reconcile.ts';
import { watchExternalSecrets } from './watches.ts';

export interface ExternalSecretControllerOptions {
  readonly client: KubeClient;
  readonly informers: Informers;
  readonly stores: Stores;
  readonly connections: ProviderConnections;
  readonly events: EventRecorder;
  readonly controllerClass: string;
  readonly workers: number;
  /** Told that a call failed because of its store, so that the store is looked at again. */
  readonly doubt: (call: Call) => void;
  /** Ends calls to providers. */
  readonly lifetime: AbortSignal;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Failures are tried again after 1 s, 2 s, … and every minute at the most; a store's becoming ready does not wait. */
const BACKOFF = { baseMs: 1_000, maxMs: 60_000 };

/** Puts the parts of the ExternalSecret controller together; nothing runs before its `start`. */
export function externalSecretController(options: ExternalSecretControllerOptions): Controller {
  const { client, informers, stores, connections, clock, logger, registry, workers } = options;
  const name = 'externalsecret';
  const queue = new WorkQueue({ name, clock, registry, backoff: BACKOFF });
  const written = {
    externalSecrets: new MutationCache<ExternalSecret>(),
    secrets: new MutationCache<SecretSnapshot>(),
  };
  const shaper = createShaper({ logger, registry, clock });
  options.lifetime.addEventListener('abort', () => void shaper.close(), { once: true });
  const secretStore = informers.secrets.store;
  const reconcile = externalSecretReconcile({
    client,
    clock,
    events: options.events,
    metrics: new ExternalSecretMetrics(registry),
    externalSecret: (key) => informers.externalSecrets.store.getByKey(key),
    written: written.externalSecrets,
    secrets: {
      written: written.secrets,
      get: (namespace, secret) => secretStore.get(namespace, secret),
      createdBy: (key) => secretStore.byIndex('createdBy', key),
    },
    findStore: (ref, namespace) => stores.find(ref, namespace),
    namespace: (namespace) => ({
      name: namespace,
      labels: informers.namespaces.store.get(undefined, namespace)?.metadata.labels ?? {},
    }),
    controllerClass: options.controllerClass,
    gate: new EndpointGate({
      limit: Math.max(1, Math.floor(workers / 4)),
      resume: (key, priority) => queue.add(key, { priority }),
    }),
    fetcher: new Fetcher({ client: (endpoint) => connections.client(endpoint), lifetime: options.lifetime }),
    shaper,
    doubt: options.doubt,
  });
  watchExternalSecrets({
    queue,
    externalSecrets: informers.externalSecrets,
    secrets: informers.secrets,
    stores,
    written,
  });
  return new Controller({ name, queue, reconcile, workers, clock, logger, registry });
}
