import type { Clock } from '@eso/runtime';
import { ControllerError } from './error.ts';

/** When a {@link LeadershipTerm} began and how long it lasts without a renewal. */
export interface LeadershipTermOptions {
  readonly clock: Clock;
  /** How long it lasts without a renewal, in milliseconds. */
  readonly renewDeadlineMs: number;
  /** When the request that won the lease was sent, in monotonic milliseconds. */
  readonly renewedAt: number;
}

/**
 * One time in office. It ends by itself when the renew deadline passes, whatever else is going on: the moment does not depend on
 * a sleep, or on a request that hangs.
 */
export class LeadershipTerm {
  readonly #options: LeadershipTermOptions;
  readonly #lost = new AbortController();
  #cancel: () => void = () => undefined;

  constructor(options: LeadershipTermOptions) {
    this.#options = options;
    this.renewed(options.renewedAt);
  }

  /** Aborts when the leadership is lost, with a ControllerError LEADERSHIP_LOST. */
  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Goes on until the deadline after `sentAt`, when the request that renewed it was sent: the API server wrote it since. */
  renewed(sentAt: number): void {
    const { clock, renewDeadlineMs } = this.#options;
    this.#cancel();
    const leftMs = sentAt + renewDeadlineMs - clock.monotonic();
    // An answer that comes too late renews nothing, even where the timer has had no chance to say so yet.
    if (leftMs <= 0) this.lose('it could not be renewed within its deadline');
    else this.#cancel = clock.schedule(leftMs, () => this.lose('it could not be renewed within its deadline'));
  }

  lose(why: string): void {
    this.#cancel();
    this.#lost.abort(new ControllerError('LEADERSHIP_LOST', `lost the leadership: ${why}`, { retryable: true }));
  }

  /** It ended in peace. */
  end(): void {
    this.#cancel();
  }
}
