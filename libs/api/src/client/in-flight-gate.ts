/** Lets a limited number of calls through at a time; the others wait in the order in which they came. */
export class InFlightGate {
  readonly #limit: number;
  readonly #waiting = new Set<() => void>();
  #inFlight = 0;

  /** @param limit calls at a time, at least 1 */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Waits for a place.
   * @returns the function that gives the place back; calling it again does nothing.
   * @throws the signal's reason when it aborts first.
   */
  async enter(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#inFlight < this.#limit) this.#inFlight++;
    else await this.#wait(signal);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#leave();
    };
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#waiting.delete(admit);
        reject(signal.reason as Error);
      };
      const admit = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(admit);
    });
  }

  /** Hands the place on, or gives it up when nobody waits. */
  #leave(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#inFlight--;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
