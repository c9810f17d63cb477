import { Backoff, type BackoffPolicy } from '@eso/runtime';

/** Delays after the failures of a key: doubled, 1 s at first, 7 minutes at most, as External Secrets 2.x; no jitter, as client-go. */
const DEFAULTS: BackoffPolicy = { firstMs: 1_000, maxMs: 420_000 };

/** A backoff for each key, until it is forgotten. */
export class ItemBackoff {
  readonly #policy: BackoffPolicy;
  readonly #items = new Map<string, Backoff>();

  constructor(policy: Partial<BackoffPolicy> = {}) {
    this.#policy = { ...DEFAULTS, ...policy };
  }

  /**
   * Counts one more failure of `key` and says how long to wait, in milliseconds.
   * @param maxMs longest delay for this kind of failure; default: that of the policy
   */
  next(key: string, maxMs?: number): number {
    let item = this.#items.get(key);
    if (!item) this.#items.set(key, (item = new Backoff(this.#policy)));
    return item.next(maxMs === undefined ? {} : { maxMs });
  }

  /** Failures of `key` since it was last forgotten. */
  failures(key: string): number {
    return this.#items.get(key)?.failures ?? 0;
  }

  /** The next failure of `key` is its first. */
  forget(key: string): void {
    this.#items.delete(key);
  }
}
