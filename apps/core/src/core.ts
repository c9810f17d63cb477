import { EVENT_SOURCE } from '@eso/api/resources';
import type { CertificateDirectory } from '@eso/api/tls';
import { ProviderConnections } from '@eso/client';
import { type Controller, EventRecorder } from '@eso/controller';
import type { KubeClient } from '@eso/kube';
import type { Clock, Logger, Readiness, Registry } from '@eso/runtime';
import { createShaper } from '@eso/sync';
import { externalSecretController } from './external-secret/controller.ts';
import { InformerPool } from './informer-pool.ts';
import { createInformers, startInformers, watchHealth } from './informers.ts';
import type { MetricSettings } from './metrics/settings.ts';
import { Classes } from './store/classes.ts';
import { EndpointOverrides } from './store/endpoint-overrides.ts';
import { namespaceOf } from './store/namespace-labels.ts';
import { Stores } from './store/stores.ts';
import { validationControllers } from './validation/controllers.ts';

/** What core is made of: connections to the outside, and the values of its flags. */
export interface CoreOptions {
  readonly client: KubeClient;
  /** What core shows to providers. */
  readonly certificates: CertificateDirectory;
  /** Namespaces whose objects are served; undefined = all. */
  readonly namespaces: readonly string[] | undefined;
  /** Serve cluster-scoped stores; an ExternalSecret of one is left alone otherwise. */
  readonly clusterStores: boolean;
  /** What begins and ends an action of a template; `{{` and `}}` by default. */
  readonly templateDelimiters: { readonly left: string; readonly right: string };
  /** Allow targets that are no Secrets. */
  readonly genericTargets: boolean;
  /** Stores of another class are left to others. */
  readonly controllerClass: string;
  /** Objects of a kind that are reconciled at once. */
  readonly workers: number;
  /** How often a ready store is validated again, in milliseconds. */
  readonly storeRequeueMs: number;
  /** Time for one call to a provider, retries included, in milliseconds. */
  readonly providerDeadlineMs: number;
  /** Largest answer of a provider that is read. */
  readonly maxResponseBytes: number;
  /** DNS domain of the cluster, such as `cluster.local`. */
  readonly clusterDomain: string;
  /** File that says where Services listen, where pods have no addresses. */
  readonly endpointOverrides?: string;
  /** Of refreshes in a row that changed nothing, every how many writes its time into the status; from 1. */
  readonly refreshStatusEvery: number;
  /** Which series are served of objects. */
  readonly metrics: MetricSettings;
  /** Get the checks of all parts. */
  readonly live: Readiness;
  readonly ready: Readiness;
  /** Runs the work while this process is the one that may, until its signal aborts. */
  readonly lead: (signal: AbortSignal, work: (signal: AbortSignal) => Promise<void>) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** How long events that still wait may take to be written at the end. */
const FLUSH_MS = 2_000;

/**
 * Core as a whole: fills its caches, then reconciles while it leads. Resolves when `signal` has aborted and the work has ended.
 * @throws what `lead` throws
 */
export async function runCore(options: CoreOptions, signal: AbortSignal): Promise<void> {
  const { client, namespaces, live, ready, clock, logger, registry } = options;
  let started = false;
  ready.add('caches', () => (started ? undefined : 'the caches are not filled yet'));
  ready.add('api-server', () => (client.isReachable() ? undefined : 'the API server does not answer'));
  ready.add('client-certificate', () => options.certificates.problem());

  const connections = new ProviderConnections({
    certificates: options.certificates,
    clock,
    logger,
    registry,
    deadlineMs: options.providerDeadlineMs,
    limits: { responseBytes: options.maxResponseBytes },
  });
  const events = new EventRecorder({ client, component: EVENT_SOURCE, clock, logger, registry });
  const shaper = createShaper({ clock, logger, registry });
  const informers = createInformers({
    client,
    tenants: namespaces,
    clusterStores: options.clusterStores,
    logger,
    registry,
  });
  const pool = new InformerPool({ client, tenants: namespaces, lifetime: signal, clock, logger, registry });
  ready.add('watches-on-demand', () => pool.health());
  const controllers = composeControllers(options, signal, { connections, events, shaper, informers, pool });
  for (const [index, controller] of controllers.entries()) {
    ready.add(`queue-${index}`, () => controller.health());
    live.add(`queue-${index}`, () => controller.stuck());
  }
  watchHealth(informers, ready);

  await startInformers(informers, signal);
  started = true;
  logger.info({ namespaces: namespaces ?? 'all' }, 'caches are filled');
  await options.lead(signal, async (lead) => {
    await Promise.all(controllers.map((controller) => controller.start(lead)));
  });
  await events
    .flush(AbortSignal.timeout(FLUSH_MS))
    .catch(() => logger.warn('some events could not be sent before the end'));
  await Promise.all([connections.close(), shaper.close()]);
}

interface Parts {
  readonly connections: ProviderConnections;
  readonly events: EventRecorder;
  readonly shaper: ReturnType<typeof createShaper>;
  readonly informers: ReturnType<typeof createInformers>;
  readonly pool: InformerPool;
}

function composeControllers(options: CoreOptions, lifetime: AbortSignal, parts: Parts): readonly Controller[] {
  const { clock, logger, registry, client, workers, controllerClass, endpointOverrides: path, metrics } = options;
  const { informers } = parts;
  const overrides = path === undefined ? undefined : new EndpointOverrides({ path, logger, clock });
  overrides?.start(lifetime);
  const classes = new Classes(informers);
  const stores = new Stores({
    ...informers,
    classes,
    namespace: namespaceOf(informers.namespaces),
    services: informers.services.store,
    endpointSlices: informers.endpointSlices.store,
    ...(overrides ? { overrides } : {}),
    clusterDomain: options.clusterDomain,
  });
  const common = { ...parts, client, stores, classes, clock, logger, registry, workers, controllerClass, metrics };
  const validation = validationControllers({ ...common, overrides, requeueMs: options.storeRequeueMs });
  return [
    ...validation.controllers,
    externalSecretController({
      ...common,
      namespaces: options.namespaces,
      genericTargets: options.genericTargets,
      lifetime,
      refreshStatusEvery: options.refreshStatusEvery,
      templateDelimiters: options.templateDelimiters,
      revalidation: validation.revalidation,
    }),
  ];
}
