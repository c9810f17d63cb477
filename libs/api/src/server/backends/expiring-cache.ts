import type { Clock } from '@eso/runtime';

export interface ExpiringCacheOptions<V> {
  readonly clock: Clock;
  /** Time after which an entry is dropped, milliseconds; it is not only ignored, so that no credential outlives it. */
  readonly maxAgeMs: number;
  /** Most entries; the oldest makes room. Default 10,000. */
  readonly maxEntries?: number;
  /** Largest sum of weights; the oldest make room, and what alone weighs more is not kept. Default: no bound. */
  readonly maxWeight?: number;
  /** Weight of one value, in the unit of `maxWeight`. Default 0. */
  readonly weigh?: (value: V) => number;
  /** How long one value may be kept, milliseconds, where that is less than `maxAgeMs`; not at all where it is 0 or less. */
  readonly ageOf?: (value: V) => number;
  /** Longest one load may take, milliseconds. Default 10,000. */
  readonly loadTimeoutMs?: number;
}

interface Entry<V> {
  readonly value: V;
  readonly loadedAtMs: number;
  readonly maxAgeMs: number;
  readonly weight: number;
  readonly cancelExpiry: () => void;
}

/** A load under way; an object, so that one that was forgotten can be told from its successor. */
interface Flight<V> {
  readonly promise: Promise<V>;
}

/**
 * Values that are loaded at most once at a time, kept for a while, then forgotten. Failures are not kept: what the user
 * has put right works at the next call.
 */
export class ExpiringCache<V> {
  readonly #options: Required<ExpiringCacheOptions<V>>;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #flights = new Map<string, Flight<V>>();

  #weight = 0;

  constructor(options: ExpiringCacheOptions<V>) {
    this.#options = {
      maxEntries: 10_000,
      maxWeight: Infinity,
      weigh: () => 0,
      ageOf: () => Infinity,
      loadTimeoutMs: 10_000,
      ...options,
    };
  }

  /**
   * The value of `key`, loaded unless there is one not older than `maxAgeMs`.
   * The load belongs to all who wait for it: it has a timeout of its own, and `signal` ends only this wait.
   * @throws what `load` throws, or the reason of `signal`.
   */
  async get(
    key: string,
    load: (signal: AbortSignal) => Promise<V>,
    options: { readonly maxAgeMs?: number; readonly signal: AbortSignal },
  ): Promise<V> {
    options.signal.throwIfAborted();
    const entry = this.#entries.get(key);
    const { clock, maxAgeMs } = this.#options;
    const askedMs = Math.min(options.maxAgeMs ?? maxAgeMs, entry?.maxAgeMs ?? 0);
    if (entry && clock.monotonic() - entry.loadedAtMs <= askedMs) return entry.value;
    const flight = this.#flights.get(key) ?? this.#start(key, load);
    return waitFor(flight.promise, options.signal);
  }

  /** Forgets one value; a load under way is not kept either. */
  delete(key: string): void {
    this.#flights.delete(key);
    this.#drop(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#flights.clear();
    for (const key of [...this.#entries.keys()]) this.#drop(key);
  }

  #start(key: string, load: (signal: AbortSignal) => Promise<V>): Flight<V> {
    const { clock, loadTimeoutMs } = this.#options;
    const loadedAtMs = clock.monotonic();
    const timeout = new AbortController();
    const cancel = clock.schedule(loadTimeoutMs, () =>
      timeout.abort(new DOMException('the read took too long', 'TimeoutError')),
    );
    const flight: Flight<V> = { promise: waitFor(load(timeout.signal), timeout.signal) };
    this.#flights.set(key, flight);
    const land = (): boolean => {
      cancel();
      return this.#flights.get(key) === flight && this.#flights.delete(key);
    };
    flight.promise.then(
      (value) => {
        if (land()) this.#keep(key, value, loadedAtMs);
      },
      () => void land(),
    );
    return flight;
  }

  #keep(key: string, value: V, loadedAtMs: number): void {
    const { clock, maxEntries, maxWeight, weigh, ageOf } = this.#options;
    const maxAgeMs = Math.min(this.#options.maxAgeMs, ageOf(value));
    const weight = weigh(value);
    this.#drop(key);
    if (maxAgeMs <= 0 || weight > maxWeight) return;
    while (this.#entries.size >= maxEntries || this.#weight + weight > maxWeight) {
      const oldest = this.#entries.keys().next();
      if (oldest.done) break;
      this.#drop(oldest.value);
    }
    const cancelExpiry = clock.schedule(maxAgeMs, () => this.#drop(key));
    this.#entries.set(key, { value, loadedAtMs, maxAgeMs, weight, cancelExpiry });
    this.#weight += weight;
  }

  #drop(key: string): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    entry.cancelExpiry();
    this.#entries.delete(key);
    this.#weight -= entry.weight;
  }
}

/**
 * Waits for `promise`, but no longer than until `signal` aborts.
 * @throws the signal's reason.
 */
export function waitFor<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
