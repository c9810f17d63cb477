import {
  abortable,
  type Clock,
  type DeadlineOptions,
  errorText,
  type Gauge,
  gaugeOf,
  type Logger,
  type Registry,
  systemClock,
  withDeadline,
  within,
} from '@eso/runtime';
import { ControllerError } from './error.ts';
import { ElectionHealth } from './election-health.ts';
import { LeadershipTerm } from './leadership-term.ts';
import { type LeaseApi, LeaseLock } from './lease-lock.ts';
import { type LeaseDurations, renewalPace, type RenewalPace, RETRY_JITTER } from './lease-durations.ts';

/** Which Lease a {@link LeaderElector} stands for, as whom, and at what pace. Durations in milliseconds. */
export interface LeaderElectorOptions extends Partial<LeaseDurations> {
  readonly client: LeaseApi;
  /** Where the Lease is, and what it is called. */
  readonly namespace: string;
  readonly name: string;
  /** Who this candidate is; has to differ between processes, also between two starts of the same pod. */
  readonly identity: string;
  /** How long others wait for a holder that no longer renews. Default 15,000; written in whole seconds, rounded up. */
  readonly leaseDurationMs?: number;
  /** How long a holder works without a renewal before it stops. Default 10,000; less than the lease's duration. */
  readonly renewDeadlineMs?: number;
  /** Time between two tries, to get it or to renew it. Default 2,000. A holder renews four times in its deadline at least. */
  readonly retryPeriodMs?: number;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  readonly logger: Logger;
  readonly registry?: Registry;
}

/** How long giving the lease back may take; it is written only if it still is as we know it. */
const RELEASE_MS = 5_000;
/** How long the work may go on after the leadership was lost, before the process has to end: it could do harm. */
const STUCK_MS = 30_000;

const DEFAULTS = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000, clock: systemClock };

/** How an attempt at the lease went, and when it was begun, in monotonic milliseconds. */
interface Attempt {
  readonly outcome: 'held' | 'other' | 'failed';
  readonly startedAt: number;
}

/**
 * Leader election over a Lease, with client-go's rules: of several processes at most one leads. One that cannot renew is told to
 * stop before the others may start, as long as clocks run at the same speed. An attempt that hangs costs that attempt alone.
 */
export class LeaderElector {
  readonly #options: Required<Omit<LeaderElectorOptions, 'registry'>>;
  readonly #lock: LeaseLock;
  readonly #pace: RenewalPace;
  readonly #health: ElectionHealth;
  readonly #status: Gauge<'name'> | undefined;

  constructor({ registry, ...options }: LeaderElectorOptions) {
    this.#options = { ...DEFAULTS, ...options };
    const { client, namespace, name, identity, leaseDurationMs, renewDeadlineMs, clock, logger } = this.#options;
    this.#lock = new LeaseLock({ client, namespace, name, clock, terms: { identity, leaseDurationMs } });
    this.#pace = renewalPace(this.#options);
    this.#health = new ElectionHealth({ namespace, name, clock, logger, patienceMs: renewDeadlineMs });
    this.#status = registry && masterStatus(registry);
    this.#status?.set({ name }, 0);
  }

  /** Why this process could not lead were it its turn, or undefined: the readiness check. Waiting for another is no problem. */
  health(): string | undefined {
    return this.#health.reason();
  }

  /**
   * Stands for election until `signal` aborts. While elected, `lead` runs; its signal aborts when the leadership is lost
   * or `signal` aborts, and it has to end its work then. After a loss this is a candidate again and may call `lead` anew.
   * Resolves when `signal` has aborted or `lead` has returned by itself, with the lease given back.
   * @throws what `lead` throws while it leads; ControllerError LEADERSHIP_STUCK when it does not end after a loss: the
   *   process has to exit then, because another one leads.
   */
  async run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const { name, identity, logger } = this.#options;
    for (let won = await this.#acquire(signal); won; won = await this.#acquire(signal)) {
      this.#status?.set({ name }, 1);
      logger.info({ lease: name, identity }, 'became leader');
      try {
        if (await this.#lead(won.startedAt, signal, lead)) return;
      } finally {
        this.#status?.set({ name }, 0);
      }
    }
  }

  /** One time in office; true when it ended for good. The lease is renewed until the work has really ended. */
  async #lead(renewedAt: number, signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const { clock, renewDeadlineMs, logger, name } = this.#options;
    const term = new LeadershipTerm({ clock, renewDeadlineMs, renewedAt });
    const leading = AbortSignal.any([signal, term.lost]);
    const ended = new AbortController();
    const work = lead(leading).finally(() => ended.abort());
    // Looked at below; without a handler a work that fails meanwhile would end the process.
    work.catch(() => undefined);
    try {
      await this.#renew(term, renewedAt, ended.signal);
      if (term.lost.aborted) {
        logger.error({ lease: name }, errorText(term.lost.reason));
        await this.#awaitEnd(work);
        return signal.aborted;
      }
      await this.#release();
      await work.catch((error: unknown) => {
        if (!leading.aborted) throw error;
      });
      return true;
    } finally {
      term.end();
    }
  }

  /** Waits for work whose signal has aborted; how it ends is of no interest then, that it ends is. */
  async #awaitEnd(work: Promise<void>): Promise<void> {
    const late = (): Error =>
      new ControllerError('LEADERSHIP_STUCK', 'the work did not end after the leadership was lost');
    await within(
      work.catch(() => undefined),
      { clock: this.#options.clock, ms: STUCK_MS, late },
    );
  }

  /** Waits until the lease is ours; undefined when `signal` aborts first. */
  async #acquire(signal: AbortSignal): Promise<Attempt | undefined> {
    const { clock, retryPeriodMs } = this.#options;
    while (!signal.aborted) {
      const attempt = await this.#tryAcquireOrRenew(signal);
      if (attempt.outcome === 'held') return attempt;
      // Candidates that wait for the same lease must not all come at the same moment.
      const jitter = 1 + (RETRY_JITTER - 1) * Math.random();
      await clock.sleep(retryPeriodMs * jitter, signal).catch(() => undefined);
    }
    return undefined;
  }

  /** Renews at its pace until the work has ended or the leadership is lost. */
  async #renew(term: LeadershipTerm, wonAt: number, ended: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const over = AbortSignal.any([ended, term.lost]);
    for (let lastAt = wonAt; ;) {
      // An attempt that took longer than the period is followed by the next at once.
      await clock.sleep(lastAt + this.#pace.periodMs - clock.monotonic(), over).catch(() => undefined);
      if (over.aborted) return;
      const { outcome, startedAt } = await this.#tryAcquireOrRenew(over);
      if (outcome === 'held') term.renewed(startedAt);
      if (outcome === 'other') term.lose('somebody else holds the lease');
      lastAt = startedAt;
    }
  }

  /** One try to get or to renew the lease. */
  async #tryAcquireOrRenew(signal: AbortSignal): Promise<Attempt> {
    const { clock } = this.#options;
    const startedAt = clock.monotonic();
    try {
      const limits = limited(clock, this.#pace.attemptMs, signal);
      const outcome = await withDeadline(limits, (own) => abortable(this.#lock.acquireOrRenew(own), own));
      this.#health.recordSuccess();
      return { outcome, startedAt };
    } catch (error) {
      if (!signal.aborted) this.#health.recordFailure(error);
      return { outcome: 'failed', startedAt };
    }
  }

  /** Gives the lease back, so that the next one need not wait for it to run out. Failing that, it runs out. */
  async #release(): Promise<void> {
    const { clock, logger, name } = this.#options;
    try {
      const released = await withDeadline(limited(clock, RELEASE_MS), (signal) => this.#lock.release(signal));
      if (released) logger.info({ lease: name }, 'gave the leadership back');
    } catch (error) {
      logger.warn({ lease: name, error: errorText(error) }, 'could not give the lease back; it runs out by itself');
    }
  }
}

/** A request that does not heed its signal must not hold up the renewals after it. */
function limited(clock: Clock, ms: number, signal?: AbortSignal): DeadlineOptions {
  return { clock, ms, signal, late: () => new DOMException(`gave up after ${ms} ms`, 'TimeoutError') };
}

function masterStatus(registry: Registry): Gauge<'name'> {
  const name = 'leader_election_master_status';
  const help = 'Whether this process is the leader of the election: 1 if so, 0 if not';
  return gaugeOf(registry, { name, help, labelNames: ['name'] });
}
