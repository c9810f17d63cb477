import { Controller, EventRecorder, type Reconcile, WorkQueue } from '@eso/controller';
import type { KubeClient } from '@eso/kube';
import type { SignerSource } from '@eso/pki';
import { type Clock, type Logger, type Registry, systemClock } from '@eso/runtime';
import { AuthorityKeeper } from './authority/authority-keeper.ts';
import { AuthorityReconciler } from './authority/reconcile-authority.ts';
import { reconcileClient } from './client/reconcile-client.ts';
import { EventReason } from './events.ts';
import type { Settings } from './flags.ts';
import { IssuanceLimiter } from './issuance/issuance-limiter.ts';
import { CertificateMetrics } from './metrics.ts';
import { RequeueSchedule } from './requeue-schedule.ts';
import { SecretWatches } from './secret-watches.ts';
import { ProviderDiscovery } from './service/discovery.ts';
import { reconcileService } from './service/reconcile-service.ts';

/** How to run one term of the controller. */
export interface CertificateControllerOptions {
  readonly client: KubeClient;
  readonly settings: Settings;
  readonly source: SignerSource;
  /** Decides when certificates start, end and are renewed. Default: the machine's. */
  readonly clock?: Clock;
  /** After how long everything is looked at again though nothing happened, in milliseconds. Default 600,000. */
  readonly resyncMs?: number;
  readonly logger: Logger;
  readonly registry: Registry;
}

/** Keys of the two reconciles that are about no Service; a Service's key has a slash. */
const AUTHORITY = 'authority';
const CLIENT = 'client';

/** A failure is tried again after 1 s, and at least once a minute: a certificate that runs out does not wait. */
const BACKOFF = { firstMs: 1_000, maxMs: 60_000 };
/** How many keys are worked on at once. Signing costs little; the API server sets the pace. */
const WORKERS = 4;
const FLUSH_MS = 2_000;

/** One term of the leader: follows Services and Secrets, and keeps every certificate as it has to be. Runs once. */
export class CertificateController {
  readonly #options: CertificateControllerOptions;
  readonly #queue: WorkQueue;
  readonly #metrics: CertificateMetrics;
  readonly #events: EventRecorder;
  readonly #discovery: ProviderDiscovery;
  #controller: Controller | undefined;
  #checks: readonly (() => string | undefined)[] = [];

  constructor(options: CertificateControllerOptions) {
    this.#options = options;
    const { client, settings, logger, registry, clock = systemClock } = options;
    this.#queue = new WorkQueue({ name: 'certificate', clock, registry, backoff: BACKOFF });
    this.#metrics = new CertificateMetrics(registry);
    this.#events = new EventRecorder({ client, component: 'cert-manager-controller', logger, registry });
    this.#discovery = new ProviderDiscovery({
      client,
      ...(settings.providerNamespaces && { namespaces: settings.providerNamespaces }),
      logger,
      registry,
      onChange: (key) => this.#queue.add(key),
      servicesPerNamespace: settings.servicesPerNamespace,
      onExcess: (namespace, excess) => this.#metrics.servicesOverLimit(namespace, excess),
    });
  }

  /** Works until `signal` aborts; resolves when everything under way has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock = systemClock, logger, registry } = this.#options;
    const controller = new Controller({
      name: 'certificate',
      queue: this.#queue,
      reconcile: this.#reconcilers(signal),
      workers: WORKERS,
      clock,
      logger,
      registry,
    });
    this.#controller = controller;
    // Without Services nothing else is begun: their trouble is the reason of all other.
    this.#checks = [() => this.#discovery.health(), ...this.#checks, () => controller.health()];
    try {
      // Without all Services known, a Secret could look as if nobody claimed it.
      await this.#discovery.start(signal);
      this.#queue.add(AUTHORITY);
      this.#queue.add(CLIENT);
      await controller.start(signal);
    } finally {
      this.#queue.shutDown();
      this.#metrics.reset();
      await this.#events.flush(AbortSignal.timeout(FLUSH_MS));
    }
  }

  /** The reason why it does not do its work. */
  health(): string | undefined {
    for (const check of this.#checks) {
      const reason = check();
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  /** The reason why only a new process can do its work. */
  stuck(): string | undefined {
    return this.#controller?.stuck();
  }

  #reconcilers(signal: AbortSignal): Reconcile {
    const { client, settings, source, logger, resyncMs, clock = systemClock } = this.#options;
    const onChange = (key: string): void => this.#queue.add(key);
    const watches = new SecretWatches({ client, logger, onChange }, signal);
    const issuance = new IssuanceLimiter({ clock, limits: settings.issuance, onAdmitted: onChange });
    signal.addEventListener('abort', () => issuance.close(), { once: true });
    const enqueueAll = (): void => [AUTHORITY, CLIENT, ...this.#discovery.keys()].forEach(onChange);
    const keeper = new AuthorityKeeper({
      client,
      namespace: settings.namespace,
      leaseName: settings.leaseName,
      source,
      validityMs: settings.authorityValidityMs,
      clock,
      logger,
      onCreated: (secret) =>
        this.#events.event(secret, 'Normal', EventReason.authorityCreated, 'Made a certificate authority'),
      onChanged: enqueueAll,
    });
    const shared = {
      client,
      settings,
      clock,
      lifetime: settings.lifetime,
      keeper,
      watches,
      events: this.#events,
      metrics: this.#metrics,
      schedule: new RequeueSchedule(clock, resyncMs),
    };
    const authority = new AuthorityReconciler({ ...shared, onUsable: enqueueAll });
    const services = { ...shared, issuance, discovery: this.#discovery };
    const own = [AUTHORITY, CLIENT].map((key) => () => watches.health(key));
    this.#checks = [() => authority.health(), ...own];
    return (key, context) => {
      if (key === AUTHORITY) return authority.reconcile(key, context);
      if (key === CLIENT) return reconcileClient(shared, key, context);
      return reconcileService(services, key, context);
    };
  }
}
