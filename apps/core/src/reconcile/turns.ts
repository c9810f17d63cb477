import { Permits } from '@eso/runtime';

interface Turn {
  readonly permits: Permits;
  /** Who has the turn, and who waits for it. */
  users: number;
}

/**
 * One at a time for each key, in the order in which they came. Passes that write the same object from the same process would otherwise
 * refuse each other with conflicts: of hundreds that share a target, one a round would get its turn, and the rest begin anew.
 */
export class Turns {
  readonly #turns = new Map<string, Turn>();

  /** How many keys somebody has the turn of. */
  get size(): number {
    return this.#turns.size;
  }

  /**
   * Does the work when its turn has come.
   * @throws what the work throws; the reason of the signal, where that comes first
   */
  async take<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const turn = this.#turns.get(key) ?? { permits: new Permits(1), users: 0 };
    this.#turns.set(key, turn);
    turn.users += 1;
    try {
      const release = await turn.permits.acquire(signal);
      try {
        return await work();
      } finally {
        release();
      }
    } finally {
      turn.users -= 1;
      if (turn.users === 0) this.#turns.delete(key);
    }
  }
}
