import { type ExternalSecret, externalSecrets } from '@eso/api/resources';
import type { ProviderConnections } from '@eso/client';
import { Controller, type EventRecorder, WorkQueue } from '@eso/controller';
import { type KubeClient, objectKey } from '@eso/kube';
import type { Clock, Logger, Registry } from '@eso/runtime';
import type { SecretSnapshot, Shaper } from '@eso/sync';
import type { InformerPool } from '../informer-pool.ts';
import type { Informers } from '../informers.ts';
import type { MetricSettings } from '../metrics/settings.ts';
import type { StoreRevalidation } from '../validation/store-revalidation.ts';
import { OwnWrites } from '../reconcile/own-writes.ts';
import { StatusWriter } from '../reconcile/status-writer.ts';
import { namespaceOf } from '../store/namespace-labels.ts';
import type { Stores } from '../store/stores.ts';
import { Collector } from './collect.ts';
import { ExternalSecretConcluder } from './conclude.ts';
import { freshnessMetrics } from './freshness.ts';
import { ExternalSecretMetrics } from './metrics.ts';
import { createObserver } from './observe.ts';
import { externalSecretReconcile } from './reconcile.ts';
import { Repairs } from './repairs.ts';
import { RefreshTimes } from './refresh-times.ts';
import { SyncEvents } from './sync-events.ts';
import { ManifestTargets } from './target/manifest/manifest-targets.ts';
import { SecretTarget } from './target/secret-target.ts';
import type { TemplateDelimiters } from './template-requests.ts';
import { TemplateSources } from './template-sources/template-sources.ts';
import type { SyncTarget } from './target/target.ts';
import { type Enqueue, watchExternalSecrets } from './watches.ts';

/** What the ExternalSecret controller stands on. */
export interface ExternalSecretControllerOptions {
  readonly client: KubeClient;
  readonly informers: Informers;
  /** What is followed only while an ExternalSecret needs it. */
  readonly pool: InformerPool;
  readonly stores: Stores;
  /** Namespaces that this process has rights in; undefined = all. */
  readonly namespaces: readonly string[] | undefined;
  /** Write targets other than Secrets, too. */
  readonly genericTargets: boolean;
  readonly connections: ProviderConnections;
  readonly shaper: Shaper;
  readonly events: EventRecorder;
  /** The class that this installation serves; a store without a class is everybody's. */
  readonly controllerClass: string;
  /** How many ExternalSecrets are reconciled at once. */
  readonly workers: number;
  /** Of refreshes in a row that changed nothing, every how many writes its time into the status. */
  readonly refreshStatusEvery: number;
  /** Which series are served of objects. */
  readonly metrics: MetricSettings;
  /** Asked for stores that a call failed because of. */
  readonly revalidation: Pick<StoreRevalidation, 'request'>;
  /** Ends calls to providers. */
  readonly lifetime: AbortSignal;
  /** Where actions of a template begin and end. */
  readonly templateDelimiters: TemplateDelimiters;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Failures are tried again after 1 s, 2 s, … as `retryAfter` of @eso/sync says; a store's becoming ready does not wait. */
const BACKOFF = { firstMs: 1_000, maxMs: 60_000 };

/** Puts the parts of the ExternalSecret controller together; nothing runs before its `start`. */
export function externalSecretController(options: ExternalSecretControllerOptions): Controller {
  const { client, informers, stores, connections, shaper, events, clock, logger, registry, workers } = options;
  const name = 'externalsecret';
  const queue = new WorkQueue({ name, clock, registry, backoff: BACKOFF });
  const { store } = informers.externalSecrets;
  const repairs = new Repairs({
    countWriters: (target) => store.countByIndex('target', target),
    writers: (target) => store.indexKeys('target', target),
  });
  const enqueue = watchExternalSecrets({ ...informers, queue, stores, repairs });
  const written = {
    externalSecrets: new OwnWrites<ExternalSecret>(informers.externalSecrets, enqueue.key),
    secrets: new OwnWrites<SecretSnapshot>(informers.secrets, (key) => enqueue.ownersOf(key)),
  };
  const metrics = new ExternalSecretMetrics({ registry, settings: options.metrics, clock });
  const refreshTimes = new RefreshTimes(options.refreshStatusEvery);
  const syncEvents = new SyncEvents(events);
  const templates = templateSources(options, enqueue, syncEvents);
  const targetOf = targetsOf(options, enqueue, written.secrets);
  const reconcile = externalSecretReconcile({
    observe: createObserver({
      externalSecret: (key) => refreshTimes.applyTo(key, written.externalSecrets.latest(key)),
      targetOf,
      repairs,
      templateSources: (es) => templates.stateOf(es),
      findStore: (ref, namespace) => stores.find(ref, namespace),
      namespace: namespaceOf(informers.namespaces),
      controllerClass: options.controllerClass,
      clusterStores: informers.clusterProviders !== undefined,
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
    }),
    collector: new Collector({ client: (endpoint) => connections.client(endpoint), lifetime: options.lifetime }),
    shaper,
    targetOf,
    templates,
    concluder: new ExternalSecretConcluder({
      status: new StatusWriter({ client, type: externalSecrets, written: written.externalSecrets }),
      events: syncEvents,
      metrics,
      refreshTimes,
      now: () => clock.now(),
    }),
    revalidation: options.revalidation,
    repairs,
    client,
    events: syncEvents,
    metrics,
    clock,
  });
  const controller = new Controller({ name, queue, reconcile, workers, clock, logger, registry });
  function* served(): Generator<ExternalSecret> {
    // Who does not lead has seen none of the refreshes that left the status as it was.
    if (!controller.isRunning) return;
    for (const es of metrics.served(informers.externalSecrets.store.list()))
      yield refreshTimes.show(objectKey(es.metadata), es);
  }
  freshnessMetrics({
    registry,
    objects: served,
    now: () => clock.now(),
  });
  return controller;
}

function templateSources(
  options: ExternalSecretControllerOptions,
  { changed, appeared }: Enqueue,
  events: SyncEvents,
): TemplateSources {
  const { client, pool, informers, templateDelimiters: delimiters, lifetime, clock } = options;
  const { externalSecrets } = informers;
  return new TemplateSources({ client, pool, externalSecrets, changed, appeared, events, delimiters, lifetime, clock });
}

/** What each ExternalSecret writes to: a Secret, or an object of the kind that it names. */
function targetsOf(
  { client, pool, informers, genericTargets: enabled, namespaces, clock }: ExternalSecretControllerOptions,
  enqueue: Enqueue,
  written: OwnWrites<SecretSnapshot>,
): (es: ExternalSecret) => SyncTarget {
  const createdBy = (key: string): SecretSnapshot[] => informers.secrets.store.byIndex('createdBy', key);
  const secret = new SecretTarget({ client, written, drifted: enqueue.ownersOf, createdBy });
  const manifests = new ManifestTargets({
    client,
    pool,
    externalSecrets: informers.externalSecrets,
    enabled,
    perNamespace: namespaces !== undefined,
    enqueue: enqueue.key,
    enqueueOwners: enqueue.ownersOf,
    clock,
  });
  return (es) => manifests.targetOf(es) ?? secret;
}
