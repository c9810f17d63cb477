import { BoundedCache, type Clock } from '@eso/runtime';

/** How often an object may be put right at once before it has to wait. */
const AT_ONCE = 5;
/** Longest wait, in milliseconds; first a second, then twice as long each time. */
const MAX_WAIT_MS = 60_000;
/** An object that was left alone for this long begins anew, in milliseconds. */
const CALM_MS = 300_000;

/**
 * Slows down a fight over an object: another controller, or a webhook, that does not leave it as it was written would otherwise have its
 * ExternalSecret fetch and write at the speed of events.
 */
export class DriftDamper {
  readonly #drifts: BoundedCache<number>;

  constructor(clock: Clock) {
    this.#drifts = new BoundedCache({ capacity: 10_000, ttl: { clock, maxAgeMs: CALM_MS } });
  }

  /** Counts that an object is not as it was written. @returns how long to wait before it is put right, in milliseconds */
  delayMs(key: string): number {
    const drifts = (this.#drifts.get(key) ?? 0) + 1;
    this.#drifts.set(key, drifts);
    return drifts <= AT_ONCE ? 0 : Math.min(1_000 * 2 ** (drifts - AT_ONCE - 1), MAX_WAIT_MS);
  }
}
