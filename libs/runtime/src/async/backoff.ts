/** How long to wait after a failure, and after more of them. */
export interface BackoffPolicy {
  /** Delay after the first failure, before jitter, in milliseconds; more than 0. */
  readonly firstMs: number;
  /** What the delay grows by with each failure; 1 or more. Default 2. */
  readonly factor?: number;
  /** Longest delay, in milliseconds; `firstMs` or more. */
  readonly maxMs: number;
  /**
   * The part of each delay that is left to chance, so that many who fail together do not come back together: 0 is the delay itself,
   * 1 anything up to it ("full jitter"). Default 0.
   */
  readonly jitter?: number;
}

/**
 * The delay before another attempt, in milliseconds.
 * @param failures how many attempts have failed, 1 for the first
 * @param random a number from 0 to 1
 */
export function backoffMs(policy: BackoffPolicy, failures: number, random = Math.random()): number {
  // Bounded, because 0 · Infinity is no number.
  const growth = Math.min((policy.factor ?? 2) ** (failures - 1), Number.MAX_SAFE_INTEGER);
  return jittered(Math.min(policy.firstMs * growth, policy.maxMs), policy, random);
}

/** Bounds of one delay, both in milliseconds. */
export interface NextDelay {
  /** Least delay, in milliseconds, such as a server asks for. Default 0. */
  readonly atLeastMs?: number;
  /** Longest delay for this kind of failure, in milliseconds. Default: the one of the policy. */
  readonly maxMs?: number;
}

/**
 * Counts failures and says how long to wait. A delay follows from the one before, not from the count: where failures have maxima of
 * their own, one with a longer maximum goes on growing from where it was, and one with a shorter maximum is cut to it.
 */
export class Backoff {
  readonly #policy: BackoffPolicy;
  readonly #random: () => number;
  #failures = 0;
  #boundMs = 0;

  /** @param random source of numbers from 0 to 1; default Math.random */
  constructor(policy: BackoffPolicy, random: () => number = Math.random) {
    this.#policy = policy;
    this.#random = random;
  }

  /** Failures since the last reset. */
  get failures(): number {
    return this.#failures;
  }

  /** Counts one more failure. @returns the delay before the next attempt, in milliseconds */
  next({ atLeastMs = 0, maxMs = this.#policy.maxMs }: NextDelay = {}): number {
    const { firstMs, factor = 2 } = this.#policy;
    this.#boundMs = Math.min(this.#failures === 0 ? firstMs : this.#boundMs * factor, maxMs);
    this.#failures += 1;
    return Math.max(atLeastMs, jittered(this.#boundMs, this.#policy, this.#random()));
  }

  /** The next failure is the first again. */
  reset(): void {
    this.#failures = 0;
  }
}

function jittered(delayMs: number, { jitter = 0 }: BackoffPolicy, random: number): number {
  return delayMs * (1 - jitter + jitter * random);
}
