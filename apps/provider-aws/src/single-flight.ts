/** Work under way that several callers wait for. */
interface Flight<T> {
  readonly result: Promise<T>;
  readonly abandon: AbortController;
  waiting: number;
}

/** Lets callers who ask for the same at the same time share one request. It ends when all of them have given up. */
export class SingleFlight<T> {
  readonly #flights = new Map<string, Flight<T>>();

  /**
   * Joins the request for `key`, or starts it.
   * @param start makes the request; its signal aborts when nobody waits any more
   * @throws what the request throws; the reason of `signal`
   */
  async run(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, start);
    flight.waiting++;
    const given = Promise.withResolvers<never>();
    const giveUp = (): void => given.reject(signal.reason);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      return await Promise.race([flight.result, given.promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
      if (--flight.waiting === 0) this.#abandon(key, flight);
    }
  }

  #start(key: string, start: (signal: AbortSignal) => Promise<T>): Flight<T> {
    const abandon = new AbortController();
    const flight: Flight<T> = { result: start(abandon.signal), abandon, waiting: 0 };
    this.#flights.set(key, flight);
    // Whoever waits is told; nobody may be left to wait.
    flight.result.catch(() => undefined).finally(() => this.#forget(key, flight));
    return flight;
  }

  #abandon(key: string, flight: Flight<T>): void {
    this.#forget(key, flight);
    flight.abandon.abort(new Error('nobody waits for the answer any more'));
  }

  #forget(key: string, flight: Flight<T>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
