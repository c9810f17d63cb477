import { CA_SECRET } from '@eso/api/resources';
import type { EventRecorder, ReconcileContext, ReconcileResult } from '@eso/controller';
import { isKubeError, type KubeClient, secrets } from '@eso/kube';
import { authorityRenewalInstant, inspectCertificate } from '@eso/pki';
import type { Clock, Logger } from '@eso/runtime';
import { CertificateError, type CertificateErrorCode } from '../error.ts';
import { EventReason } from '../events.ts';
import type { Settings } from '../flags.ts';
import type { CertificateMetrics } from '../metrics.ts';
import type { RequeueSchedule } from '../requeue-schedule.ts';
import type { SecretWatches } from '../secret-watches.ts';
import type { AuthorityKeeper, KeptAuthority } from './authority-keeper.ts';
import { bundleReport } from './bundle-report.ts';

/** What the reconcile of the authority reads, writes and notifies. */
export interface AuthorityDependencies {
  readonly client: KubeClient;
  readonly settings: Settings;
  readonly keeper: AuthorityKeeper;
  readonly watches: SecretWatches;
  readonly events: EventRecorder;
  readonly metrics: CertificateMetrics;
  readonly schedule: RequeueSchedule;
  readonly clock: Clock;
  /** Called when the authority can be used again: every leaf has to be looked at. */
  readonly onUsable: () => void;
}

/** Repeated in the event, since the authority is never replaced by itself. */
const WHAT_TO_DO =
  `to have a new one made, delete Secret ${CA_SECRET} at a quiet time: every certificate is issued anew, and connections fail ` +
  'until both sides have loaded theirs';

/** What the last pass found. */
type State =
  | { kind: 'unknown' }
  | { kind: 'good' }
  /** It is used, but for what somebody put into its Secret. */
  | { kind: 'tampered'; reason: string }
  | { kind: 'failed'; reason: string };

/** What is told on the authority's Secret, by the error that keeps it from being used; others are about something else. */
const UNUSABLE_REASONS: Readonly<Partial<Record<CertificateErrorCode, EventReason>>> = {
  AUTHORITY_FOREIGN: EventReason.authorityUnusable,
  AUTHORITY_UNUSABLE: EventReason.authorityUnusable,
  AUTHORITY_UNCONFIRMED: EventReason.authorityRolledBack,
};

/** Looks after the authority itself: makes it, announces its end, and has leaves issued anew when it is another one. */
export class AuthorityReconciler {
  readonly #dependencies: AuthorityDependencies;
  #state: State = { kind: 'unknown' };
  /** Day and message of the last announcement of each reason. */
  readonly #announced = new Map<EventReason, string>();

  constructor(dependencies: AuthorityDependencies) {
    this.#dependencies = dependencies;
  }

  /** The reason why nothing can be issued, or what else an administrator has to see to. */
  health(): string | undefined {
    switch (this.#state.kind) {
      case 'unknown':
        return 'the certificate authority has not been looked at yet';
      case 'tampered':
      case 'failed':
        return this.#state.reason;
      case 'good':
        return undefined;
    }
  }

  async reconcile(key: string, { signal, logger }: ReconcileContext): Promise<ReconcileResult> {
    const { settings, keeper, watches, metrics, schedule } = this.#dependencies;
    watches.watch(key, { namespace: settings.namespace, name: CA_SECRET });
    try {
      await keeper.remember(signal);
      return this.#observe(await keeper.ensure(signal), logger);
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      const error = CertificateError.from(thrown);
      this.#state = { kind: 'failed', reason: error.publicMessage };
      metrics.authorityUnusable({ rolledBack: error.code === 'AUTHORITY_UNCONFIRMED' });
      await this.#reportUnusable(error, signal);
      // What confirms it is written where no watch looks.
      if (schedule.isWorthRetrying(error) || error.code === 'AUTHORITY_UNCONFIRMED') throw error;
      logger.error({ error: error.publicMessage }, 'the certificate authority cannot be used');
      return schedule.requeueAtResync();
    }
  }

  #observe({ authority, secret }: KeptAuthority, logger: Logger): ReconcileResult {
    const { metrics, schedule, settings, clock } = this.#dependencies;
    const { notBefore, notAfter } = inspectCertificate(authority.certificate);
    const dueAt = authorityRenewalInstant(notBefore, notAfter, settings.lifetime.validityMs);
    const now = clock.now();
    metrics.authorityExpires(notAfter.getTime(), now >= dueAt);
    metrics.authorityBundle(authority.problems);
    const tampered = bundleReport(authority.problems, settings.namespace);
    this.#markUsable(tampered === undefined ? { kind: 'good' } : { kind: 'tampered', reason: tampered });
    if (tampered !== undefined) {
      logger.error({ problems: authority.problems.length }, tampered);
      this.#recordDailyEvent(secret, EventReason.authorityTampered, tampered);
    }
    const end = notAfter.toISOString();
    if (now >= notAfter.getTime())
      this.#recordDailyEvent(
        secret,
        EventReason.authorityExpired,
        `The certificate authority ended at ${end}; ${WHAT_TO_DO}`,
      );
    else if (now >= dueAt)
      this.#recordDailyEvent(
        secret,
        EventReason.authorityExpiring,
        `The certificate authority ends at ${end}; ${WHAT_TO_DO}`,
      );
    const next = [dueAt, notAfter.getTime()].find((instant) => instant > now);
    return next === undefined ? schedule.requeueAtResync() : schedule.requeueAt(next);
  }

  #markUsable(state: State): void {
    const before = this.#state;
    this.#state = state;
    // At the start every leaf is in the queue anyway.
    if (before.kind === 'failed') this.#dependencies.onUsable();
  }

  /** Each thing once a day: it may take weeks until somebody acts. */
  #recordDailyEvent(secret: KeptAuthority['secret'], reason: EventReason, message: string): void {
    const { clock, events } = this.#dependencies;
    const announcement = `${new Date(clock.now()).toISOString().slice(0, 10)} ${message}`;
    if (this.#announced.get(reason) === announcement) return;
    this.#announced.set(reason, announcement);
    events.event(secret, 'Warning', reason, message);
  }

  /** On the Secret that is in the way, if there is one. */
  async #reportUnusable(error: CertificateError, signal: AbortSignal): Promise<void> {
    const { client, settings, events } = this.#dependencies;
    const reason = UNUSABLE_REASONS[error.code];
    if (reason === undefined) return;
    try {
      const ref = { namespace: settings.namespace, name: CA_SECRET };
      const secret = await client.get(secrets, ref, { metadataOnly: true, signal });
      const subject = { apiVersion: 'v1', kind: 'Secret', metadata: secret.metadata };
      events.event(subject, 'Warning', reason, error.publicMessage);
    } catch (failed) {
      if (!isKubeError(failed)) throw failed;
    }
  }
}
