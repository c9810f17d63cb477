import type { Clock } from '../clock.ts';

/** Why an entry left: others needed its room, its time was over, somebody said so, or another value took its place. */
export type EvictionReason = 'capacity' | 'expired' | 'deleted' | 'replaced';

/** How much a {@link BoundedCache} keeps, and for how long. */
export interface BoundedCacheOptions<V> {
  /** Most entries, 1 or more; the one used longest ago makes room. Default 10,000. */
  readonly capacity?: number;
  /** Largest sum of weights; those used longest ago make room, and what alone weighs more is not kept. Default: no bound. */
  readonly maxWeight?: number;
  /** Weight of one value, in the unit of `maxWeight`. Default 0. */
  readonly weigh?: (value: V) => number;
  /** Time to live. Default: for ever. */
  readonly ttl?: TimeToLive<V>;
  /** Told of every entry that leaves, after it has left. What it throws reaches whoever caused it. */
  readonly onEvict?: (key: string, value: V, reason: EvictionReason) => void;
}

/** How long entries live. They are dropped by a timer, not only ignored, so that no credential outlives its time. */
export interface TimeToLive<V> {
  readonly clock: Clock;
  /** Longest life of an entry, in milliseconds; more than 0. */
  readonly maxAgeMs: number;
  /** Life of one value, in milliseconds, where that is less than `maxAgeMs`; it is not kept where it is 0 or less. */
  readonly ageOf?: (value: V) => number;
}

interface Entry<V> {
  readonly value: V;
  readonly bornAtMs: number;
  readonly weight: number;
  readonly cancelExpiry: () => void;
}

/** A map that forgets: what was used longest ago once it is full, and what has become too old. */
export class BoundedCache<V> {
  readonly #capacity: number;
  readonly #maxWeight: number;
  readonly #weigh: (value: V) => number;
  readonly #ttl: TimeToLive<V> | undefined;
  readonly #onEvict: BoundedCacheOptions<V>['onEvict'];
  /** The one used last is the last. */
  readonly #entries = new Map<string, Entry<V>>();
  #weight = 0;

  constructor({ capacity = 10_000, maxWeight = Infinity, weigh = () => 0, ttl, onEvict }: BoundedCacheOptions<V> = {}) {
    this.#capacity = capacity;
    this.#maxWeight = maxWeight;
    this.#weigh = weigh;
    this.#ttl = ttl;
    this.#onEvict = onEvict;
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.size;
  }

  /** Sum of the weights. */
  get weight(): number {
    return this.#weight;
  }

  /** Whether there is an entry; this is no use of it. */
  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /**
   * The value, which counts as used.
   * @param maxAgeMs oldest that it may be, in milliseconds; default: as old as it gets. Means something only with a time to live.
   */
  get(key: string, maxAgeMs = Infinity): V | undefined {
    const entry = this.#entries.get(key);
    if (!entry || this.#now() - entry.bornAtMs > maxAgeMs) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  /**
   * Keeps a value in place of what there was, unless it is too heavy or too old to be kept.
   * @param bornAtMs the monotonic instant that its age counts from, in milliseconds; default now
   */
  set(key: string, value: V, bornAtMs = this.#now()): void {
    this.#drop(key, 'replaced');
    const weight = this.#weigh(value);
    const leftMs = bornAtMs + this.#lifeMs(value) - this.#now();
    if (leftMs <= 0 || weight > this.#maxWeight) return;
    this.#makeRoom(weight);
    const cancelExpiry = this.#ttl?.clock.schedule(leftMs, () => this.#drop(key, 'expired')) ?? (() => undefined);
    this.#entries.set(key, { value, bornAtMs, weight, cancelExpiry });
    this.#weight += weight;
  }

  /** Forgets one value. */
  delete(key: string): void {
    this.#drop(key, 'deleted');
  }

  /** Forgets everything, which also ends all timers. */
  clear(): void {
    for (const key of [...this.#entries.keys()]) this.#drop(key, 'deleted');
  }

  /** The values, the one used longest ago first; this is no use of them. */
  *values(): Generator<V, void, undefined> {
    for (const { value } of this.#entries.values()) yield value;
  }

  #lifeMs(value: V): number {
    if (!this.#ttl) return Infinity;
    const { maxAgeMs, ageOf } = this.#ttl;
    return ageOf ? Math.min(maxAgeMs, ageOf(value)) : maxAgeMs;
  }

  #makeRoom(weight: number): void {
    while (this.#entries.size >= this.#capacity || this.#weight + weight > this.#maxWeight) {
      const oldest = this.#entries.keys().next();
      if (oldest.done) return;
      this.#drop(oldest.value, 'capacity');
    }
  }

  #drop(key: string, reason: EvictionReason): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.cancelExpiry();
    this.#entries.delete(key);
    // Sums of fractions leave a rest that would add up.
    this.#weight = this.#entries.size === 0 ? 0 : this.#weight - entry.weight;
    this.#onEvict?.(key, entry.value, reason);
  }

  #now(): number {
    return this.#ttl?.clock.monotonic() ?? 0;
  }
}
