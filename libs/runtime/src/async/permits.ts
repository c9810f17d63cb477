/** How many of those who share it are under way at a time; the others wait in the order in which they came. */
export class Permits {
  #free: number;
  readonly #waiting = new Set<() => void>();

  /** @param atOnce from 1 */
  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  /**
   * Waits for a place.
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
