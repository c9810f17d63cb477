/** Thrown when a piece of work may not go on: it has used what it was given. */
export class FuelSpent extends Error {
  override readonly name = 'FuelSpent';
  /** Units that the whole work was given. */
  readonly limit: number;
  /** Path of the field whose work came to its end, where it is known. */
  readonly field: string | undefined;

  constructor(limit: number, field?: string) {
    super(`the work takes more than ${limit} steps`);
    this.limit = limit;
    this.field = field;
  }
}

/**
 * Steps that a piece of work may take. Whatever a tenant writes is worked on with fuel, so that it costs a bounded time, and
 * the same input ends at the same place on every machine, which a time limit does not.
 *
 * One step is about a nanosecond of work on a processor of 2020: one byte looked at costs a few of them.
 */
export class Fuel {
  readonly limit: number;
  #spent = 0;

  /** @param limit steps; `Infinity` for work that something else bounds. */
  constructor(limit: number) {
    this.limit = limit;
  }

  /** Steps taken so far. */
  get spent(): number {
    return this.#spent;
  }

  /**
   * Takes steps, before the work that they stand for is done.
   * @throws FuelSpent when there are not as many left
   */
  take(steps: number): void {
    this.#spent += steps;
    if (this.#spent > this.limit) throw new FuelSpent(this.limit);
  }
}

/** Runs `work` on behalf of a field: a FuelSpent that comes out of it names that field, unless it names one already. */
export function fuelFor<T>(field: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof FuelSpent && error.field === undefined) throw new FuelSpent(error.limit, field);
    throw error;
  }
}
