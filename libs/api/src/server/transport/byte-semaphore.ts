/** Gives back what was taken; more than once does nothing. */
export type Release = () => void;

interface Waiting {
  readonly bytes: number;
  readonly enter: () => void;
}

/**
 * Room for a number of bytes, given out in order of arrival. What is larger than the whole room gets it alone, so that nothing waits for
 * ever; a large one is not overtaken by small ones.
 */
export class ByteSemaphore {
  readonly #maxBytes: number;
  #used = 0;
  readonly #waiting = new Set<Waiting>();

  /** @param maxBytes bytes that may be taken at a time */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Bytes that are taken now. */
  get used(): number {
    return this.#used;
  }

  /**
   * Takes room, at once where there is enough and nobody waits.
   * @param signal ends the waiting
   * @throws the signal's reason
   */
  acquire(bytes: number, signal: AbortSignal): Release | Promise<Release> {
    if (this.#waiting.size === 0 && this.#fits(bytes)) return this.#release(bytes);
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const waiting: Waiting = {
        bytes,
        enter: () => {
          signal.removeEventListener('abort', giveUp);
          resolve(this.#release(bytes));
        },
      };
      const giveUp = (): void => {
        this.#waiting.delete(waiting);
        reject(signal.reason as Error);
        this.#admit();
      };
      signal.addEventListener('abort', giveUp, { once: true });
      this.#waiting.add(waiting);
    });
  }

  #fits(bytes: number): boolean {
    return this.#used === 0 || this.#used + bytes <= this.#maxBytes;
  }

  #release(bytes: number): Release {
    this.#used += bytes;
    let given = true;
    return () => {
      if (!given) return;
      given = false;
      this.#used -= bytes;
      this.#admit();
    };
  }

  #admit(): void {
    for (const waiting of this.#waiting) {
      if (!this.#fits(waiting.bytes)) return;
      this.#waiting.delete(waiting);
      waiting.enter();
    }
  }
}
