import { chunks, inParallel } from '@eso/api/server';

/** How several things are read at once, and one alone. */
export interface BatchLoaderOptions<V> {
  /** The most that one request takes. */
  readonly max: number;
  /**
   * Reads several with one request. What it says nothing usable about is left out: it is read alone, whose failure tells more.
   * @throws what all of them failed with
   */
  readonly many: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, V>>;
  readonly one: (id: string, signal: AbortSignal) => Promise<V>;
}

/** One thing that is asked for, and by whom. */
interface Waiting<V> extends PromiseWithResolvers<V> {
  readonly id: string;
  readonly signals: AbortSignal[];
}

/** Gathers what is asked for in one turn of the loop, and reads it with as few requests as may be. */
export class BatchLoader<V> {
  readonly #options: BatchLoaderOptions<V>;
  #waiting = new Map<string, Waiting<V>>();

  constructor(options: BatchLoaderOptions<V>) {
    this.#options = options;
  }

  /**
   * What `one` would yield; who asks for the same twice in one turn shares it.
   * @param signal a request ends when all who wait for a part of it have given up
   */
  load(id: string, signal: AbortSignal): Promise<V> {
    if (this.#waiting.size === 0) setImmediate(() => void this.#read());
    const waiting = this.#waiting.get(id) ?? { ...Promise.withResolvers<V>(), id, signals: [] };
    waiting.signals.push(signal);
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }

  async #read(): Promise<void> {
    const waiting = [...this.#waiting.values()];
    this.#waiting = new Map();
    const ended = whenAllAbort(waiting);
    await inParallel(chunks(waiting, this.#options.max), ended, (chunk) => this.#readChunk(chunk));
  }

  async #readChunk(waiting: readonly Waiting<V>[]): Promise<void> {
    const { many, one } = this.#options;
    const ids = waiting.map(({ id }) => id);
    try {
      const found = ids.length > 1 ? await many(ids, whenAllAbort(waiting)) : new Map<string, V>();
      await inParallel(waiting, whenAllAbort(waiting), async ({ id, signals, resolve, reject }) => {
        const value = found.get(id);
        await (value === undefined ? one(id, whenAllAbort([{ signals }])) : Promise.resolve(value)).then(
          resolve,
          reject,
        );
      });
    } catch (error) {
      for (const { reject } of waiting) reject(error);
    }
  }
}

/** Aborts when every one of the signals has. */
function whenAllAbort(waiting: readonly { readonly signals: readonly AbortSignal[] }[]): AbortSignal {
  const ended = new AbortController();
  const left = new Set(waiting.flatMap(({ signals }) => signals).filter(({ aborted }) => !aborted));
  if (left.size === 0) ended.abort();
  for (const signal of left)
    signal.addEventListener(
      'abort',
      () => {
        left.delete(signal);
        if (left.size === 0) ended.abort(signal.reason);
      },
      { once: true },
    );
  return ended.signal;
}
