/** How much a cache may hold. */
export interface LruLimits {
  /** Number of entries. */
  readonly entries: number;
  /** Sum of the sizes that entries are stored with. */
  readonly size: number;
}

/** Keeps what was used last. */
export class LruCache<T> {
  readonly #limits: LruLimits;
  /** In the order of their last use. */
  readonly #entries = new Map<string, { readonly value: T; readonly size: number }>();
  #size = 0;

  constructor(limits: LruLimits) {
    this.#limits = limits;
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry.value;
  }

  set(key: string, value: T, size: number): void {
    this.#remove(key);
    this.#entries.set(key, { value, size });
    this.#size += size;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= this.#limits.entries && this.#size <= this.#limits.size) break;
      this.#remove(oldest);
    }
  }

  #remove(key: string): void {
    this.#size -= this.#entries.get(key)?.size ?? 0;
    this.#entries.delete(key);
  }
}
