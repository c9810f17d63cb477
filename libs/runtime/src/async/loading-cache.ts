import { abortable } from './abort.ts';
import { BoundedCache, type BoundedCacheOptions, type TimeToLive } from './bounded-cache.ts';
import { withDeadline } from './deadline.ts';
import { SingleFlight } from './single-flight.ts';

/** The bounds of a {@link LoadingCache}; it always has a time to live. */
export interface LoadingCacheOptions<V> extends Omit<BoundedCacheOptions<V>, 'ttl'> {
  readonly ttl: TimeToLive<V>;
  /** Longest that one load may take, in milliseconds. Default 10,000. */
  readonly loadTimeoutMs?: number;
}

/** How one value is asked for. */
export interface LoadOptions {
  /** Oldest that the value may be, in milliseconds. Default: as old as it gets. */
  readonly maxAgeMs?: number;
  /** Ends this wait alone. */
  readonly signal: AbortSignal;
}

/**
 * A bounded cache whose values are loaded when they are asked for, at most once at a time. Failures are not kept: what the user has put
 * right works at the next call; nor is `undefined`. The age of a value counts from the beginning of its load.
 */
export class LoadingCache<V> {
  readonly #options: LoadingCacheOptions<V>;
  readonly #cache: BoundedCache<V>;
  // A load belongs to all who will ask: it is of use even when those who wait for it have gone.
  readonly #flights = new SingleFlight({ abandoned: 'finish' });

  constructor(options: LoadingCacheOptions<V>) {
    this.#options = options;
    this.#cache = new BoundedCache(options);
  }

  /**
   * The value of `key`, loaded unless there is one that is young enough.
   * @throws what `load` throws, a TimeoutError when that takes too long, or the reason of `signal`
   */
  async get(key: string, load: (signal: AbortSignal) => Promise<V>, { signal, maxAgeMs }: LoadOptions): Promise<V> {
    signal.throwIfAborted();
    const kept = this.#cache.get(key, maxAgeMs);
    if (kept !== undefined) return kept;
    const { clock } = this.#options.ttl;
    return this.#flights.run(key, signal, async (_abandoned, flight) => {
      const bornAtMs = clock.monotonic();
      const value = await this.#load(load);
      if (!flight.forgotten) this.#cache.set(key, value, bornAtMs);
      return value;
    });
  }

  /** Forgets one value; a load under way is not kept either. */
  delete(key: string): void {
    this.#flights.forget(key);
    this.#cache.delete(key);
  }

  /** Forgets everything, which also ends all timers of values. */
  clear(): void {
    this.#flights.forgetAll();
    this.#cache.clear();
  }

  #load(load: (signal: AbortSignal) => Promise<V>): Promise<V> {
    const { ttl, loadTimeoutMs: ms = 10_000 } = this.#options;
    const late = (): Error => new DOMException('the read took too long', 'TimeoutError');
    return withDeadline({ clock: ttl.clock, ms, late }, (signal) => abortable(load(signal), signal));
  }
}
