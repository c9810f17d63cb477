/**
 * Keeps one slow or hanging provider from holding all workers: at most `limit` reconciles may be inside calls to one
 * endpoint; further keys are parked, hold no worker, and are handed back in order as others leave.
 */
export class EndpointGate {
  readonly #limit: number;
  readonly #resume: (key: string, priority: number) => void;
  readonly #inside = new Map<string, number>();
  readonly #parked = new Map<string, Map<string, number>>();

  /**
   * @param options.limit reconciles inside calls to one endpoint at a time; sensible: a quarter of the workers
   * @param options.resume puts a parked key back on the work queue
   */
  constructor(options: { limit: number; resume: (key: string, priority: number) => void }) {
    this.#limit = options.limit;
    this.#resume = options.resume;
  }

  /**
   * Enters all of `endpoints` or none. `entered` must be left exactly once. `parked` means: return without work, the key
   * comes back through `resume`.
   */
  enter(
    endpoints: Iterable<string>,
    key: string,
    priority: number,
  ): { kind: 'entered'; leave: () => void } | { kind: 'parked' } {
    const ids = [...new Set(endpoints)];
    const full = ids.find((id) => (this.#inside.get(id) ?? 0) >= this.#limit);
    if (full !== undefined) {
      const waiting = this.#parked.get(full) ?? new Map<string, number>();
      waiting.set(key, Math.max(priority, waiting.get(key) ?? priority));
      this.#parked.set(full, waiting);
      return { kind: 'parked' };
    }
    for (const id of ids) this.#inside.set(id, (this.#inside.get(id) ?? 0) + 1);
    let left = false;
    return {
      kind: 'entered',
      leave: () => {
        if (left) return;
        left = true;
        for (const id of ids) this.#leave(id);
      },
    };
  }

  #leave(id: string): void {
    const inside = (this.#inside.get(id) ?? 1) - 1;
    if (inside === 0) this.#inside.delete(id);
    else this.#inside.set(id, inside);
    const waiting = this.#parked.get(id);
    const next = waiting?.entries().next().value;
    if (!waiting || !next) return;
    waiting.delete(next[0]);
    if (waiting.size === 0) this.#parked.delete(id);
    this.#resume(next[0], next[1]);
  }
}
