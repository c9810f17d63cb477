import { abortable, type Clock } from '@eso/runtime';

/** What is opened, in what time, and who is told how it ended. */
export interface OpeningOptions<B> {
  readonly clock: Clock;
  /** Longest that it may take, milliseconds. */
  readonly timeoutMs: number;
  /** What is thrown at those who wait when that time has passed. */
  readonly timeout: () => Error;
  /** Is called in a turn of its own. */
  readonly open: (context: { readonly signal: AbortSignal; readonly deadlineMs: number }) => Promise<B>;
  /** It is open, and somebody wanted it. */
  readonly onOpened: () => void;
  /** `open` threw, and somebody waited. */
  readonly onFailed: (error: unknown) => void;
  /** It was given up, and `open` has not ended. */
  readonly onGivenUp: () => void;
}

/**
 * One attempt to open a backend, for all who wait for it. It is given up when its time has passed or when nobody waits any
 * more, whether `open` heeds its signal or not.
 */
export class Opening<B> {
  /** Resolves when `open` has ended, whenever that is, with what it opened, if anything. Never rejects. */
  readonly ended: Promise<B | undefined>;
  readonly #result = Promise.withResolvers<B>();
  readonly #abort = new AbortController();
  readonly #options: OpeningOptions<B>;
  readonly #cancelTimeout: () => void;
  #isUnderWay = true;
  #waiting = 0;

  constructor(options: OpeningOptions<B>) {
    this.#options = options;
    const { clock, timeoutMs } = options;
    this.#cancelTimeout = clock.schedule(timeoutMs, () => this.#giveUp(options.timeout()));
    const context = { signal: this.#abort.signal, deadlineMs: clock.monotonic() + timeoutMs };
    this.ended = Promise.resolve()
      .then(() => options.open(context))
      .then(
        (backend) => this.#opened(backend),
        (error: unknown) => this.#failed(error),
      );
    // Those who wait hear of it; there may be none.
    this.#result.promise.catch(() => undefined);
  }

  /**
   * Waits for the backend.
   * @throws what `open` throws; the error of the timeout; the reason of `signal`.
   */
  async join(signal: AbortSignal): Promise<B> {
    this.#waiting += 1;
    try {
      return await abortable(this.#result.promise, signal);
    } finally {
      this.#waiting -= 1;
      if (this.#waiting === 0) this.abandon();
    }
  }

  /** Gives it up, if it is still under way; `reason` is thrown at those who wait. */
  abandon(reason: Error = new DOMException('nobody waits for the backend any more', 'AbortError')): void {
    this.#giveUp(reason);
  }

  #opened(backend: B): B {
    if (this.#end()) {
      this.#options.onOpened();
      this.#result.resolve(backend);
    }
    return backend;
  }

  #failed(error: unknown): undefined {
    if (!this.#end()) return;
    this.#options.onFailed(error);
    this.#result.reject(error);
  }

  #giveUp(reason: Error): void {
    if (!this.#end()) return;
    this.#options.onGivenUp();
    this.#result.reject(reason);
    this.#abort.abort(reason);
  }

  /** @returns whether it was under way. */
  #end(): boolean {
    const wasUnderWay = this.#isUnderWay;
    this.#isUnderWay = false;
    this.#cancelTimeout();
    return wasUnderWay;
  }
}
