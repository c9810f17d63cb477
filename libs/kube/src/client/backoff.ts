export interface BackoffOptions {
  /** Upper bound of the first delay, in milliseconds. */
  baseMs: number;
  /** Upper bound of every delay, in milliseconds. */
  maxMs: number;
  /** Source of randomness in [0, 1); default Math.random. */
  random?: () => number;
}

/** Exponential backoff with full jitter: the n-th delay is random between 0 and `base · 2ⁿ`, so that many who fail together spread. */
export class Backoff {
  readonly #options: Required<BackoffOptions>;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = { random: Math.random, ...options };
  }

  /** Failures since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  /** Delay before the next attempt, in milliseconds, at least `atLeastMs`. */
  next(atLeastMs = 0): number {
    const { baseMs, maxMs, random } = this.#options;
    const bound = Math.min(baseMs * 2 ** Math.min(this.#failures, 30), maxMs);
    this.#failures += 1;
    return Math.max(atLeastMs, random() * bound);
  }

  reset(): void {
    this.#failures = 0;
  }
}
