export interface BackoffOptions {
  /** Delay after the first failure, in milliseconds. Default 1,000. */
  readonly baseMs?: number;
  /** Longest delay, in milliseconds. Default 420,000 (7 minutes, as External Secrets 2.x). */
  readonly maxMs?: number;
}

/** Delays that double with each failure of the same key, until it is forgotten. No jitter, as client-go's limiter. */
export class ItemBackoff {
  readonly #baseMs: number;
  readonly #maxMs: number;
  readonly #failures = new Map<string, number>();

  constructor({ baseMs = 1_000, maxMs = 420_000 }: BackoffOptions = {}) {
    this.#baseMs = baseMs;
    this.#maxMs = maxMs;
  }

  /** Counts one more failure of `key` and says how long to wait, in milliseconds. */
  next(key: string): number {
    const failures = this.failures(key);
    this.#failures.set(key, failures + 1);
    return Math.min(this.#baseMs * 2 ** failures, this.#maxMs);
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  forget(key: string): void {
    this.#failures.delete(key);
  }
}
