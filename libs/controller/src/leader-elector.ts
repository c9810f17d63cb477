import { isKubeError, type KubeClient, leases } from '@eso/kube';
import { type Clock, errorText, type Gauge, gaugeOf, type Logger, type Registry, systemClock } from '@eso/runtime';
import { withDeadline } from './deadline.ts';
import { ControllerError } from './error.ts';
import { decide, heldLease, type LeaseTerms, observe, type ObservedLease, releasedLease } from './lease.ts';

export interface LeaderElectorOptions {
  readonly client: KubeClient;
  /** Where the Lease is, and what it is called. */
  readonly namespace: string;
  readonly name: string;
  /** Who this candidate is; has to differ between processes, also between two starts of the same pod. */
  readonly identity: string;
  /** How long others wait for a holder that no longer renews. Default 15,000. */
  readonly leaseDurationMs?: number;
  /** How long a holder tries to renew before it gives up. Default 10,000; less than the lease's duration. */
  readonly renewDeadlineMs?: number;
  /** Time between two tries, to get it or to renew it. Default 2,000. */
  readonly retryPeriodMs?: number;
  readonly clock?: Clock;
  readonly logger: Logger;
  readonly registry?: Registry;
}

/** How long giving the lease back may take; it is written only if it still is as we know it. */
const RELEASE_MS = 5_000;
/** How long the work may go on after the leadership was lost, before the process has to end: it could do harm. */
const STUCK_MS = 30_000;

/**
 * Leader election over a Lease, with client-go's rules: of several processes at most one leads. One that cannot renew stops
 * its work before the others may start theirs, as long as clocks run at the same speed.
 */
export class LeaderElector {
  readonly #options: Required<Omit<LeaderElectorOptions, 'registry'>>;
  readonly #terms: LeaseTerms;
  readonly #status: Gauge<'name'> | undefined;
  #observed: ObservedLease | undefined;
  /** When the last successful renewal was sent, in monotonic milliseconds: the API server wrote it at some moment since. */
  #renewedAt = 0;

  constructor({ registry, ...options }: LeaderElectorOptions) {
    const defaults = { leaseDurationMs: 15_000, renewDeadlineMs: 10_000, retryPeriodMs: 2_000, clock: systemClock };
    this.#options = { ...defaults, ...options };
    this.#terms = { identity: options.identity, leaseDurationMs: this.#options.leaseDurationMs };
    this.#status = registry && masterStatus(registry);
    this.#status?.set({ name: options.name }, 0);
  }

  /**
   * Stands for election until `signal` aborts. While elected, `lead` runs; its signal aborts when the leadership is lost
   * or `signal` aborts, and it has to end its work then. After a loss this is a candidate again and may call `lead` anew.
   * Resolves when `signal` has aborted or `lead` has returned by itself, with the lease given back.
   * @throws what `lead` throws while it leads; ControllerError LEADERSHIP_STUCK when it does not end after a loss: the
   *   process has to exit then, because another one leads.
   */
  async run(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<void> {
    while (await this.#acquire(signal)) {
      this.#status?.set({ name: this.#options.name }, 1);
      this.#options.logger.info({ lease: this.#options.name, identity: this.#terms.identity }, 'became leader');
      try {
        if (await this.#term(signal, lead)) return;
      } finally {
        this.#status?.set({ name: this.#options.name }, 0);
      }
    }
  }

  /** One time in office; true when it ended for good. The lease is renewed until the work has really ended. */
  async #term(signal: AbortSignal, lead: (signal: AbortSignal) => Promise<void>): Promise<boolean> {
    const term = new AbortController();
    const onAbort = (): void => term.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    const ended = new AbortController();
    const work = lead(term.signal).finally(() => ended.abort());
    // Looked at below; without a handler a work that fails meanwhile would end the process.
    work.catch(() => undefined);
    try {
      const kept = await this.#hold(ended.signal);
      if (!kept) {
        this.#options.logger.error({ lease: this.#options.name }, 'lost the leadership');
        term.abort(new ControllerError('LEADERSHIP_LOST', 'lost the leadership', { retryable: true }));
        await this.#ending(work);
        return signal.aborted;
      }
      await this.#release();
      await work.catch((error: unknown) => {
        if (!term.signal.aborted) throw error;
      });
      return true;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Waits for work whose signal has aborted; how it ends is of no interest then, that it ends is. */
  async #ending(work: Promise<void>): Promise<void> {
    let cancel = (): unknown => undefined;
    const stuck = new Promise<never>((_, reject) => {
      cancel = this.#options.clock.schedule(STUCK_MS, () =>
        reject(new ControllerError('LEADERSHIP_STUCK', 'the work did not end after the leadership was lost')),
      );
    });
    await Promise.race([work.catch(() => undefined), stuck]).finally(() => cancel());
  }

  /** Waits until the lease is ours; false when `signal` aborts first. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, retryPeriodMs, renewDeadlineMs } = this.#options;
    while (!signal.aborted) {
      const got = await this.#try(signal, renewDeadlineMs);
      if (got === 'held') return true;
      // Candidates that wait for the same lease must not all come at the same moment.
      await clock.sleep(retryPeriodMs * (1 + 0.2 * Math.random()), signal).catch(() => undefined);
    }
    return false;
  }

  /** Renews until `ended` aborts (true), or until it failed for too long or somebody else holds the lease (false). */
  async #hold(ended: AbortSignal): Promise<boolean> {
    const { clock, retryPeriodMs, renewDeadlineMs } = this.#options;
    for (;;) {
      await clock.sleep(retryPeriodMs, ended).catch(() => undefined);
      if (ended.aborted) return true;
      const left = this.#renewedAt + renewDeadlineMs - clock.monotonic();
      if (left <= 0 || (await this.#try(ended, left)) === 'other') return false;
    }
  }

  /** One try to get or to renew the lease, within `ms`. */
  async #try(signal: AbortSignal, ms: number): Promise<'held' | 'other' | 'failed'> {
    const { clock, logger, name } = this.#options;
    const startedAt = clock.monotonic();
    try {
      const outcome = await withDeadline({ clock, ms, signal }, (limited) => this.#claim(limited));
      if (outcome === 'held') this.#renewedAt = startedAt;
      return outcome;
    } catch (error) {
      if (!signal.aborted) logger.warn({ lease: name, error: errorText(error) }, 'could not read or write the lease');
      // Somebody else was faster: look again before anything is written.
      if (isKubeError(error, 'CONFLICT', 'ALREADY_EXISTS', 'NOT_FOUND')) this.#observed = undefined;
      return 'failed';
    }
  }

  async #claim(signal: AbortSignal): Promise<'held' | 'other'> {
    const { client, namespace, name, clock } = this.#options;
    // Our own lease is written without a look: its resource version tells whether it still is ours.
    if (this.#observed?.lease.spec?.holderIdentity !== this.#terms.identity) await this.#look(signal);
    const move = decide(this.#observed, clock.monotonic(), this.#terms);
    if (move === 'wait') return 'other';
    const before = this.#observed?.lease;
    const spec = heldLease(before, this.#terms, clock.now());
    const metadata = before?.metadata ?? { namespace, name };
    const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    const written =
      move === 'create'
        ? await client.create(leases, lease, { signal })
        : await client.update(leases, lease, { signal });
    this.#observed = { lease: written, at: clock.monotonic() };
    return 'held';
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, clock } = this.#options;
    try {
      const lease = await client.get(leases, { namespace, name }, { signal });
      this.#observed = observe(this.#observed, lease, clock.monotonic());
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
      this.#observed = undefined;
    }
  }

  /** Gives the lease back, so that the next one need not wait for it to run out. Failing that, it runs out. */
  async #release(): Promise<void> {
    const { clock, logger, name } = this.#options;
    try {
      const never = new AbortController().signal;
      const released = await withDeadline({ clock, ms: RELEASE_MS, signal: never }, (signal) => this.#giveBack(signal));
      if (released) logger.info({ lease: name }, 'gave the leadership back');
    } catch (error) {
      logger.warn({ lease: name, error: errorText(error) }, 'could not give the lease back; it runs out by itself');
    }
    this.#observed = undefined;
  }

  /** @returns whether it was ours to give back */
  async #giveBack(signal: AbortSignal): Promise<boolean> {
    const { client, clock } = this.#options;
    for (let attempt = 1; ; attempt++) {
      const lease = this.#observed?.lease;
      if (lease?.spec?.holderIdentity !== this.#terms.identity) return false;
      try {
        await client.update(leases, { ...lease, spec: releasedLease(lease, clock.now()) }, { signal });
        return true;
      } catch (error) {
        if (attempt > 1 || !isKubeError(error, 'CONFLICT')) throw error;
        // A renewal that was under way when the work ended has arrived after all.
        await this.#look(signal);
      }
    }
  }
}

function masterStatus(registry: Registry): Gauge<'name'> {
  const name = 'leader_election_master_status';
  const help = 'Whether this process is the leader of the election: 1 if so, 0 if not';
  return gaugeOf(registry, { name, help, labelNames: ['name'] });
}
