import { waitFor } from './expiring-cache.ts';

interface Flight {
  readonly promise: Promise<unknown>;
  readonly abort: AbortController;
  waiting: number;
}

/**
 * Lets those who ask the same at the same time share one run. Nothing is kept once the answer is there: the next one who asks
 * gets the answer of then.
 */
export class SingleFlight {
  readonly #flights = new Map<string, Flight>();

  /** How many runs are under way that somebody waits for. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * Runs `run`, or joins the run for the same `key` that is under way. A run is aborted when all who wait for it have given up.
   * @param key what is asked, with everything the answer depends on. One key always has one type of answer.
   * @throws what `run` throws, or the reason of `signal`.
   */
  async run<T>(key: string, signal: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, run);
    flight.waiting += 1;
    try {
      return await waitFor(flight.promise as Promise<T>, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0) {
        this.#land(key, flight);
        flight.abort.abort();
      }
    }
  }

  #start(key: string, run: (signal: AbortSignal) => Promise<unknown>): Flight {
    const abort = new AbortController();
    // An own turn, so that a run that throws at once is a rejection like every other.
    const flight: Flight = { promise: (async () => run(abort.signal))(), abort, waiting: 0 };
    this.#flights.set(key, flight);
    const land = (): void => this.#land(key, flight);
    flight.promise.then(land, land);
    return flight;
  }

  #land(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
