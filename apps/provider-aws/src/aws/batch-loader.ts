import { chunks, inParallel } from './in-parallel.ts';

/** How several things are read at once, and one alone. */
export interface BatchLoaderOptions<V> {
  /** The most that one request takes. */
  readonly max: number;
  readonly signal: AbortSignal;
  /**
   * Reads several with one request. What it says nothing usable about is left out: it is read alone, whose failure tells more.
   * @throws what all of them failed with
   */
  readonly many: (ids: readonly string[], signal: AbortSignal) => Promise<ReadonlyMap<string, V>>;
  readonly one: (id: string, signal: AbortSignal) => Promise<V>;
}

/** Gathers what is asked for in one turn of the loop, and reads it with as few requests as may be. */
export class BatchLoader<V> {
  readonly #options: BatchLoaderOptions<V>;
  #waiting = new Map<string, PromiseWithResolvers<V>>();

  constructor(options: BatchLoaderOptions<V>) {
    this.#options = options;
  }

  /** What `one` would yield; who asks for the same twice in one turn shares it. */
  load(id: string): Promise<V> {
    if (this.#waiting.size === 0) setImmediate(() => void this.#read());
    const waiting = this.#waiting.get(id) ?? Promise.withResolvers<V>();
    this.#waiting.set(id, waiting);
    return waiting.promise;
  }

  async #read(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    const { max, signal } = this.#options;
    await inParallel(chunks([...waiting], max), signal, (chunk) => this.#readChunk(new Map(chunk)));
  }

  async #readChunk(waiting: ReadonlyMap<string, PromiseWithResolvers<V>>): Promise<void> {
    const { many, one, signal } = this.#options;
    try {
      const found = waiting.size > 1 ? await many([...waiting.keys()], signal) : new Map<string, V>();
      await inParallel([...waiting], signal, async ([id, { resolve, reject }]) => {
        const value = found.get(id);
        await (value === undefined ? one(id, signal) : Promise.resolve(value)).then(resolve, reject);
      });
    } catch (error) {
      for (const { reject } of waiting.values()) reject(error);
    }
  }
}
