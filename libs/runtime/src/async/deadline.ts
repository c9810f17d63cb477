import type { Clock } from '../clock.ts';
import { onAbort } from './abort.ts';

/** When a {@link Deadline} is over, and what its signal aborts with. */
export interface DeadlineOptions {
  readonly clock: Clock;
  /** Time until the signal aborts, in milliseconds from now; 0 or more. */
  readonly ms: number;
  /** Aborts earlier, with the reason of this signal. Default: nothing does. */
  readonly signal?: AbortSignal | undefined;
  /** Makes what the signal aborts with when the time is over. Default: a {@link DeadlinePassed}. */
  readonly late?: (() => Error) | undefined;
}

/** Thrown when the time that a piece of work had is over, unless its {@link DeadlineOptions.late} says otherwise. */
export class DeadlinePassed extends Error {
  override readonly name = 'DeadlinePassed';
}

/** A signal that aborts at an instant of a clock, or with its parent if that is earlier. Who makes one has to end it. */
export class Deadline {
  readonly #clock: Clock;
  readonly #late: () => Error;
  readonly #controller = new AbortController();
  readonly #release: () => void;
  #ms: number;
  #at: number;
  #cancel: () => void;
  #passed = false;

  constructor({ clock, ms, signal, late = passed }: DeadlineOptions) {
    this.#clock = clock;
    this.#late = late;
    this.#ms = ms;
    this.#at = clock.monotonic() + ms;
    this.#cancel = this.#schedule(ms);
    this.#release = onAbort(signal, (reason) => this.#controller.abort(reason));
  }

  /** Aborts at the deadline, or with the parent. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the deadline that aborted the signal, not the parent. */
  get passed(): boolean {
    return this.#passed;
  }

  /** What is left, in milliseconds; 0 when the time is over. */
  remainingMs(): number {
    return Math.max(0, this.#at - this.#clock.monotonic());
  }

  /** Starts the time anew, with another length if one is given that is not shorter. Cheap: no timer is moved. */
  extend(ms = this.#ms): void {
    this.#ms = ms;
    this.#at = this.#clock.monotonic() + ms;
  }

  /** Lets go of timer and parent. */
  end(): void {
    this.#cancel();
    this.#release();
  }

  #schedule(ms: number): () => void {
    return this.#clock.schedule(ms, () => {
      const leftMs = this.remainingMs();
      if (leftMs > 0) {
        this.#cancel = this.#schedule(leftMs);
        return;
      }
      // The parent was first: whoever asks has been told already.
      if (this.signal.aborted) return;
      this.#passed = true;
      this.#controller.abort(this.#late());
    });
  }
}

/**
 * Runs `fn` with a signal that aborts at a deadline. Whether `fn` heeds it is up to `fn`.
 * @throws what `fn` throws
 */
export async function withDeadline<T>(options: DeadlineOptions, fn: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new Deadline(options);
  try {
    return await fn(deadline.signal);
  } finally {
    deadline.end();
  }
}

/**
 * Waits for a promise that may never settle, until a deadline at most; what it ends in after that is dropped.
 * @throws what the promise rejects with, what `late` makes, or the reason of the signal
 */
export function within<T>(promise: Promise<T>, { clock, ms, signal, late = passed }: DeadlineOptions): Promise<T> {
  return new Promise((resolve, reject) => {
    let release = (): void => undefined;
    const cancel = clock.schedule(ms, () => settle(() => reject(late())));
    const settle = (how: () => void): void => {
      cancel();
      release();
      how();
    };
    release = onAbort(signal, () => settle(() => reject(signal?.reason as Error)));
    // Resolved with the promise itself, so that it rejects with what that rejects with.
    const settled = (): void => settle(() => resolve(promise));
    promise.then(settled, settled);
  });
}

function passed(): Error {
  return new DeadlinePassed('the deadline passed');
}
