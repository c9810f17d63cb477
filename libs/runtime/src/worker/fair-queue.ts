/** How many items may wait. */
export interface FairQueueLimits {
  /** Of one tenant. */
  readonly perTenant: number;
  /** In all. */
  readonly total: number;
}

/**
 * A queue that serves tenants by what they have used: whoever has used least of the server is next, so that no tenant waits for
 * more than the one item of another that is being served (start-time fair queueing).
 */
export class FairQueue<T> {
  readonly #limits: FairQueueLimits;
  readonly #waiting = new Map<string, readonly T[]>();
  /** How far each tenant has got in the time that all share; a tenant that is absent is at `#now`. */
  readonly #used = new Map<string, number>();
  #now = 0;
  #size = 0;

  constructor(limits: FairQueueLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Puts an item at the end of its tenant's items.
   * @returns what has to go instead: the item itself, or, where the queue is full because of somebody else, the last item of
   * whoever has most waiting; undefined when there is room.
   */
  push(tenant: string, item: T): T | undefined {
    const own = this.#waiting.get(tenant) ?? [];
    if (own.length >= this.#limits.perTenant) return item;
    let dropped: T | undefined;
    if (this.#size >= this.#limits.total) {
      const largest = [...this.#waiting.values()].reduce((a, b) => (b.length > a.length ? b : a), own);
      if (largest.length <= own.length + 1) return item;
      dropped = largest.at(-1);
      if (dropped !== undefined) this.remove(dropped);
    }
    this.#replace(tenant, [...(this.#waiting.get(tenant) ?? []), item]);
    return dropped;
  }

  /** Takes the next item out. */
  shift(): T | undefined {
    let next: string | undefined;
    for (const tenant of this.#waiting.keys())
      if (next === undefined || this.#position(tenant) < this.#position(next)) next = tenant;
    if (next === undefined) return undefined;
    this.#now = this.#position(next);
    for (const [tenant, used] of this.#used) if (used <= this.#now) this.#used.delete(tenant);
    const [first, ...rest] = this.#waiting.get(next) ?? [];
    this.#replace(next, rest);
    return first;
  }

  /** Puts down to a tenant what serving it took. */
  charge(tenant: string, amount: number): void {
    this.#used.set(tenant, this.#position(tenant) + amount);
  }

  /** Takes an item out that nobody waits for any more. */
  remove(item: T): void {
    for (const [tenant, entries] of this.#waiting) {
      const rest = entries.filter((entry) => entry !== item);
      if (rest.length === entries.length) continue;
      this.#replace(tenant, rest);
    }
  }

  /** Takes everything out. */
  drain(): T[] {
    const all = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    this.#size = 0;
    return all;
  }

  #replace(tenant: string, entries: readonly T[]): void {
    this.#size += entries.length - (this.#waiting.get(tenant)?.length ?? 0);
    if (entries.length === 0) this.#waiting.delete(tenant);
    else this.#waiting.set(tenant, entries);
  }

  #position(tenant: string): number {
    return Math.max(this.#used.get(tenant) ?? 0, this.#now);
  }
}
