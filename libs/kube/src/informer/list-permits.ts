import type { KubeClient } from '../client/client.ts';

/** Lists that one client reads at a time, for informers without permits of their own. */
const MAX_LISTS = 3;

/** How many lists of those who share it are under way at a time: what each of them has read is held in memory. */
export class ListPermits {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @param lists at a time, from 1 */
  constructor(lists: number) {
    this.#free = lists;
  }

  /**
   * Waits for a place, in the order in which they came.
   * @returns gives the place to the next one; may be called twice
   * @throws the reason of the signal
   */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#free > 0) this.#free -= 1;
    else await this.#wait(signal);
    let released = false;
    return () => {
      if (released) return;
      released = true;
      const [next] = this.#waiting;
      if (next) next();
      else this.#free += 1;
    };
  }

  /** A place is handed over, never given back and taken again: nobody can come between. */
  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(next);
        signal.removeEventListener('abort', onAbort);
      };
      const next = (): void => {
        end();
        resolve();
      };
      const onAbort = (): void => {
        end();
        reject(signal.reason as Error);
      };
      this.#waiting.add(next);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }
}

const byClient = new WeakMap<KubeClient, ListPermits>();

/** Those that all informers of a client share which have none of their own: three lists at a time. */
export function listPermitsOf(client: KubeClient): ListPermits {
  const permits = byClient.get(client) ?? new ListPermits(MAX_LISTS);
  byClient.set(client, permits);
  return permits;
}
