import { type Clock, onAbort } from '@eso/runtime';

/** How long a reconcile has after its signal aborted, before its worker goes on without it, in milliseconds. */
export const GRACE_MS = 5_000;

/** How long one {@link ReconcileAttempt} may take, and what else ends it. */
export interface ReconcileAttemptOptions {
  readonly key: string;
  readonly clock: Clock;
  /** How long it may run, in milliseconds. */
  readonly timeoutMs: number;
  /** Aborts when the controller stops. */
  readonly stop: AbortSignal;
  /** Called when the time is over; the signal aborts with what it returns. */
  readonly onTimeout: () => Error;
}

/** A reconcile under way: its signal, its time, and whether it heeds them. */
export class ReconcileAttempt {
  readonly key: string;
  readonly #clock: Clock;
  readonly #limit = new AbortController();
  readonly #started: number;
  /** Monotonic time in milliseconds at which it has to end: that of its timeout, or that at which it was aborted. */
  #due: number;
  /** Resolves when it ignored its signal for the grace time. */
  readonly abandoned: Promise<void>;
  readonly #cleanUp: () => void;
  #isAbandoned = false;

  constructor({ key, clock, timeoutMs, stop, onTimeout }: ReconcileAttemptOptions) {
    this.key = key;
    this.#clock = clock;
    this.#started = clock.monotonic();
    this.#due = this.#started + timeoutMs;
    let cancelGrace = (): void => undefined;
    let giveUp = (): void => undefined;
    this.abandoned = new Promise((resolve) => {
      giveUp = () => {
        this.#isAbandoned = true;
        resolve();
      };
    });
    const abort = (reason: unknown): void => {
      this.#due = Math.min(this.#due, clock.monotonic());
      cancelGrace = clock.schedule(GRACE_MS, giveUp);
      this.#limit.abort(reason);
    };
    const removeAbortListener = onAbort(stop, (reason) => {
      if (!this.#limit.signal.aborted) abort(reason);
    });
    const cancelTimeout = clock.schedule(timeoutMs, () => {
      if (!this.#limit.signal.aborted) abort(onTimeout());
    });
    this.#cleanUp = () => {
      cancelTimeout();
      cancelGrace();
      removeAbortListener();
    };
  }

  /** Aborts when the controller stops or the time is over. */
  get signal(): AbortSignal {
    return this.#limit.signal;
  }

  /** Whether it ignored its signal for the grace time. */
  get isAbandoned(): boolean {
    return this.#isAbandoned;
  }

  /** How long it has been running, in milliseconds. */
  get ranMs(): number {
    return this.#clock.monotonic() - this.#started;
  }

  /** For how many milliseconds it has been running although it should have ended; negative before. */
  get overdueMs(): number {
    return this.#clock.monotonic() - this.#due;
  }

  /** Has to be called when nobody waits for it any more. */
  dispose(): void {
    this.#cleanUp();
  }
}
