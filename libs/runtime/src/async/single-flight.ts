import { abortable } from './abort.ts';

/** How a {@link SingleFlight} works off what is asked of it. */
export interface SingleFlightOptions {
  /**
   * What becomes of a run when all who wait for it have given up: `abort` ends it; `finish` lets it go on, for one whose outcome is of
   * use to whoever asks next. Default `abort`.
   */
  readonly abandoned?: 'abort' | 'finish';
}

/** What a run can learn of itself. */
export interface FlightState {
  /** Whether its key was forgotten since it began, so that its outcome is no longer news. */
  readonly forgotten: boolean;
}

interface Flight {
  readonly promise: Promise<unknown>;
  readonly abort: AbortController;
  readonly state: { forgotten: boolean };
  waiting: number;
  /** Its outcome is there. */
  landed: boolean;
}

/** Made once: an exception for each run costs more than the run. */
const ABANDONED = new DOMException('all who waited have given up', 'AbortError');

/**
 * Lets those who ask the same at the same time share one run. Nothing is kept once the answer is there: the next one who asks
 * gets the answer of then.
 */
export class SingleFlight {
  readonly #abandoned: 'abort' | 'finish';
  readonly #flights = new Map<string, Flight>();

  constructor({ abandoned = 'abort' }: SingleFlightOptions = {}) {
    this.#abandoned = abandoned;
  }

  /** How many runs are under way that can be joined. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * Runs `run`, or joins the run for the same `key` that is under way. A run that is abandoned to `abort` is joined by nobody.
   * @param key what is asked, with everything the answer depends on. One key always has one type of answer.
   * @param signal ends this wait alone; undefined waits to the end.
   * @throws what `run` throws, or the reason of `signal`.
   */
  async run<T>(
    key: string,
    signal: AbortSignal | undefined,
    run: (signal: AbortSignal, flight: FlightState) => Promise<T>,
  ): Promise<T> {
    signal?.throwIfAborted();
    const flight = this.#flights.get(key) ?? this.#start(key, run);
    flight.waiting += 1;
    try {
      return await abortable(flight.promise as Promise<T>, signal);
    } finally {
      flight.waiting -= 1;
      // Of a run that is done there is nothing to abort.
      if (flight.waiting === 0 && !flight.landed && this.#abandoned === 'abort') {
        this.#land(key, flight);
        flight.abort.abort(ABANDONED);
      }
    }
  }

  /** Lets the next one who asks for `key` start anew. Those who wait get the answer that is under way. */
  forget(key: string): void {
    const flight = this.#flights.get(key);
    if (!flight) return;
    flight.state.forgotten = true;
    this.#flights.delete(key);
  }

  /** Forgets every key. */
  forgetAll(): void {
    for (const key of [...this.#flights.keys()]) this.forget(key);
  }

  #start(key: string, run: (signal: AbortSignal, flight: FlightState) => Promise<unknown>): Flight {
    const abort = new AbortController();
    const state = { forgotten: false };
    // An async function, so that a run that throws at once is a rejection like every other.
    const flight: Flight = {
      promise: (async () => run(abort.signal, state))(),
      abort,
      state,
      waiting: 0,
      landed: false,
    };
    this.#flights.set(key, flight);
    const land = (): void => {
      flight.landed = true;
      this.#land(key, flight);
    };
    flight.promise.then(land, land);
    return flight;
  }

  #land(key: string, flight: Flight): void {
    if (this.#flights.get(key) === flight) this.#flights.delete(key);
  }
}
