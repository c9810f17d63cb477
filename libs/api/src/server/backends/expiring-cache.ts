import type { Clock } from '@eso/runtime';

export interface ExpiringCacheOptions {
  readonly clock: Clock;
  /** Time after which an entry is dropped, milliseconds; it is not only ignored, so that no credential outlives it. */
  readonly maxAgeMs: number;
  /** Most entries; the oldest makes room. Default 10,000. */
  readonly maxEntries?: number;
  /** Longest one load may take, milliseconds. Default 10,000. */
  readonly loadTimeoutMs?: number;
}

interface Entry<V> {
  readonly value: V;
  readonly loadedAtMs: number;
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
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  readonly #maxEntries: number;
  readonly #loadTimeoutMs: number;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #flights = new Map<string, Flight<V>>();

  constructor(options: ExpiringCacheOptions) {
    this.#clock = options.clock;
    this.#maxAgeMs = options.maxAgeMs;
    this.#maxEntries = options.maxEntries ?? 10_000;
    this.#loadTimeoutMs = options.loadTimeoutMs ?? 10_000;
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
    const maxAgeMs = options.maxAgeMs ?? this.#maxAgeMs;
    if (entry && this.#clock.monotonic() - entry.loadedAtMs <= maxAgeMs) return entry.value;
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
    const loadedAtMs = this.#clock.monotonic();
    const timeout = new AbortController();
    const cancel = this.#clock.schedule(this.#loadTimeoutMs, () =>
      timeout.abort(new DOMException('the read took too long', 'TimeoutError')),
    );
    const flight: Flight<V> = { promise: load(timeout.signal) };
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
    this.#drop(key);
    if (this.#entries.size >= this.#maxEntries) {
      const oldest = this.#entries.keys().next();
      if (!oldest.done) this.#drop(oldest.value);
    }
    const cancelExpiry = this.#clock.schedule(this.#maxAgeMs, () => this.#entries.delete(key));
    this.#entries.set(key, { value, loadedAtMs, cancelExpiry });
  }

  #drop(key: string): void {
    this.#entries.get(key)?.cancelExpiry();
    this.#entries.delete(key);
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
