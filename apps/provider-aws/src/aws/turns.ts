/** Lets those who change the same thing do so one after the other: who writes a part reads the whole before, and writes it after. */
export class Turns {
  /** Settles when all who came so far are done, by what they change. */
  readonly #last = new Map<string, Promise<void>>();

  /**
   * Runs `work` when all who came before for the same `key` are done, however they ended.
   * @throws the reason of `signal` when it aborts before its turn; what `work` throws.
   */
  async run<T>(key: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const done = Promise.withResolvers<undefined>();
    const all = Promise.all([before, done.promise]).then(() => undefined);
    this.#last.set(key, all);
    try {
      if (before) await orAborted(before, signal);
      return await work();
    } finally {
      done.resolve(undefined);
      void all.then(() => {
        if (this.#last.get(key) === all) this.#last.delete(key);
      });
    }
  }

  /** Things for which somebody works or waits. */
  get size(): number {
    return this.#last.size;
  }
}

async function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason as Error);
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
