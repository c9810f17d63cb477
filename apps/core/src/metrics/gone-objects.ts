import type { Clock } from '@eso/runtime';

/** How long something is remembered of an object that is gone, and of how many. */
export interface GoneObjectsOptions {
  readonly clock: Clock;
  /** How long, in milliseconds. Default 3,600,000: a scraper has seen it by then, and an alert over it has fired. */
  readonly keepMs?: number;
  /** Of how many at most; the oldest go first. Default 1,000. */
  readonly limit?: number;
}

/** What is remembered of objects for a while after they are gone. Upstream keeps it until it restarts, whatever that comes to. */
export class GoneObjects<T> {
  readonly #options: Required<GoneObjectsOptions>;
  /** In the order in which they went. */
  readonly #gone = new Map<string, { readonly at: number; readonly value: T }>();

  constructor(options: GoneObjectsOptions) {
    this.#options = { keepMs: 3_600_000, limit: 1_000, ...options };
  }

  add(key: string, value: T): void {
    this.#gone.delete(key);
    this.#gone.set(key, { at: this.#options.clock.monotonic(), value });
    this.#drop();
  }

  /** Takes what is remembered of a key: it is there again. */
  take(key: string): T | undefined {
    this.#drop();
    const found = this.#gone.get(key);
    this.#gone.delete(key);
    return found?.value;
  }

  values(): T[] {
    this.#drop();
    return Array.from(this.#gone.values(), ({ value }) => value);
  }

  #drop(): void {
    const { clock, keepMs, limit } = this.#options;
    const before = clock.monotonic() - keepMs;
    for (const [key, { at }] of this.#gone) {
      if (at > before && this.#gone.size <= limit) return;
      this.#gone.delete(key);
    }
  }
}
