interface Flight<V> {
  readonly promise: Promise<V>;
  readonly abort: AbortController;
  waiting: number;
}

/**
 * Lets those who ask the same at the same time share one request. Nothing is kept once the answer is there: the next one who
 * asks gets the value of then.
 */
export class SharedCalls<V> {
  readonly #flights = new Map<string, Flight<V>>();

  /**
   * Runs `run`, or joins the run for the same `key` that is under way. A run is aborted when all who wait for it have given up.
   * @throws what `run` throws, or the reason of `signal`.
   */
  async get(key: string, signal: AbortSignal, run: (signal: AbortSignal) => Promise<V>): Promise<V> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, run);
    flight.waiting += 1;
    try {
      return await untilAborted(flight.promise, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        this.#land(key, flight);
        flight.abort.abort();
      }
    }
  }

  #start(key: string, run: (signal: AbortSignal) => Promise<V>): Flight<V> {
    const abort = new AbortController();
    const flight: Flight<V> = { promise: run(abort.signal), abort, waiting: 0 };
    this.#flights.set(key, flight);
    const land = (): void => this.#land(key, flight);
    flight.promise.then(land, land);
    return flight;
  }

  #land(key: string, flight: Flight<V>): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}

async function untilAborted<V>(promise: Promise<V>, signal: AbortSignal): Promise<V> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
