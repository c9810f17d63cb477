export interface BackoffOptions {
  /** Delay after the first failure, in milliseconds. Default 1,000. */
  readonly baseMs?: number;
  /** Longest delay, in milliseconds. Default 420,000 (7 minutes, as External Secrets 2.x). */
  readonly maxMs?: number;
}

interface Failures {
  count: number;
  /** The delay after the last one, in milliseconds. */
  delayMs: number;
}

/**
 * Delays that double with each failure of the same key, until it is forgotten. No jitter, as client-go's limiter. The
 * next delay follows from the last one, not from the count: a key whose failure becomes one with a longer maximum goes on
 * doubling from where it was, and one with a shorter maximum is cut to it.
 */
export class ItemBackoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #failures = new Map<string, Failures>();

  constructor({ baseMs = 1_000, maxMs = 420_000 }: BackoffOptions = {}) {
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
  }

  /**
   * Counts one more failure of `key` and says how long to wait, in milliseconds.
   * @param maxMs longest delay for this kind of failure; default: that of the options
   */
  next(key: string, maxMs = this.#maxMs): number {
    const before = this.#failures.get(key);
    const delayMs = Math.min(before ? before.delayMs * 2 : this.#baseMs, maxMs);
    this.#failures.set(key, { count: (before?.count ?? 0) + 1, delayMs });
    return delayMs;
  }

  failures(key: string): number {
    return this.#failures.get(key)?.count ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
