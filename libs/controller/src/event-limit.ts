import { BoundedCache, type Clock } from '@eso/runtime';

/** client-go's numbers: 25 events at once for one object, then one every five minutes. */
const BURST = 25;
const REFILL_MS = 300_000;
const MAX_OBJECTS = 4_096;

/** Keeps one object that changes its mind all the time from filling etcd with events: a token bucket per object. */
export class EventLimit {
  readonly #clock: Clock;
  readonly #buckets = new BoundedCache<{ tokens: number; at: number }>({ capacity: MAX_OBJECTS });

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes one event of `object` from its bucket; false when there is none left. */
  take(object: string): boolean {
    const now = this.#clock.monotonic();
    const bucket = this.#buckets.get(object) ?? { tokens: BURST, at: now };
    const tokens = Math.min(BURST, bucket.tokens + (now - bucket.at) / REFILL_MS);
    const allowed = tokens >= 1;
    this.#buckets.set(object, { tokens: allowed ? tokens - 1 : tokens, at: now });
    return allowed;
  }
}
