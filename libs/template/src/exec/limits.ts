import { type Fuel, FuelSpent } from '@eso/runtime';

/** How much one rendering may use. Every field has a default that realistic templates never reach. */
export interface Limits {
  /** Steps: nodes evaluated, loop turns, and the work of functions in units of about a hundred bytes. Default 1,000,000. */
  readonly steps: number;
  /** Bytes allocated by values in sum, garbage included. Default 64 MiB. */
  readonly allocation: number;
  /** Bytes of output. Default 1 MiB. */
  readonly output: number;
  /** Depth of nested blocks and parentheses, of template calls, and of nested data. Default 200. */
  readonly nesting: number;
  /**
   * Milliseconds on the clock, the last resort for work that steps do not measure well. Default 2000. A rendering in a worker
   * has the worker's own limit instead.
   */
  readonly time: number;
}

/** The limits of a rendering that names none. */
export const defaultLimits: Limits = {
  steps: 1_000_000,
  allocation: 64 * 1024 * 1024,
  output: 1024 * 1024,
  nesting: 200,
  time: 2000,
};

/** Which limit was reached. */
export type LimitKind = keyof Limits;

/** Thrown when a limit is reached. No template can catch it. */
export class LimitError extends Error {
  readonly kind: LimitKind;

  constructor(kind: LimitKind, limit: number) {
    super(`the template exceeds its limit of ${limit} ${unitOf[kind]}`);
    this.name = 'LimitError';
    this.kind = kind;
  }
}

const unitOf: Readonly<Record<LimitKind, string>> = {
  steps: 'steps',
  allocation: 'bytes of memory',
  output: 'bytes of output',
  nesting: 'levels of nesting',
  time: 'milliseconds',
};

/** How many steps of {@link Fuel}, which are nanoseconds, one step of a template stands for. Measured: 70 to 100. */
const FUEL_PER_STEP = 100;
/** Steps between two looks at the fuel and the clock, which cost more than most steps. */
const STEPS_BETWEEN_LOOKS = 500;
/** The longest piece of work that nothing can interrupt, nanoseconds: with fuel that ends, a longer one is for a worker. */
const LONGEST_PIECE = 10_000_000;

/** What is left of the limits in one rendering. */
export class ExecutionBudget {
  readonly limits: Limits;
  readonly #fuel: Fuel | undefined;
  #steps = 0;
  #allocated = 0;
  readonly #started = performance.now();
  /** Steps that the fuel has paid for. */
  #paid = 0;
  #nextLook: number;
  #ended: unknown;

  /** @param fuel of the work that the rendering is a part of; its steps are taken from it. */
  constructor(limits: Limits, fuel?: Fuel) {
    this.limits = limits;
    this.#fuel = fuel;
    this.#nextLook = Math.min(STEPS_BETWEEN_LOOKS, limits.steps);
  }

  /** Counts work; call it before doing the work. Throws `LimitError`, or `FuelSpent`. */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#nextLook) this.#look();
  }

  /** Counts memory (and the work of filling it); call it before allocating. */
  allocate(bytes: number): void {
    this.#allocated += bytes;
    if (!(this.#allocated <= this.limits.allocation)) this.#end(new LimitError('allocation', this.limits.allocation));
    this.step(bytes / 100);
  }

  /** Announces work that nothing can interrupt, before it is done. @param nanoseconds that it takes at worst */
  announce(nanoseconds: number): void {
    const { limit = Infinity } = this.#fuel ?? {};
    if (limit !== Infinity && nanoseconds > LONGEST_PIECE) this.#end(new FuelSpent(limit));
  }

  /** Pays for work that is done once and kept, so that it counts as no step: how many of those there are depends on nothing else. */
  pay(nanoseconds: number): void {
    try {
      this.#fuel?.take(nanoseconds);
    } catch (error) {
      this.#end(error);
    }
  }

  /** Throws when the time is over; call it after work that takes long. */
  checkTime(): void {
    if (performance.now() - this.#started > this.limits.time) this.#end(new LimitError('time', this.limits.time));
  }

  /** Throws when data or calls are nested deeper than allowed. */
  nest(depth: number): void {
    if (depth > this.limits.nesting) this.#end(new LimitError('nesting', this.limits.nesting));
  }

  /** What ended the work: something on the way may have taken it for an error of its own. */
  get ended(): unknown {
    return this.#ended;
  }

  /** Pays for the last steps, when the work is done. Throws what ended it. */
  close(): void {
    if (this.#ended !== undefined) throw this.#ended as Error;
    this.#paySteps();
  }

  #look(): void {
    if (this.#steps > this.limits.steps) this.#end(new LimitError('steps', this.limits.steps));
    this.#nextLook = Math.min(this.#steps + STEPS_BETWEEN_LOOKS, this.limits.steps);
    this.#paySteps();
    this.checkTime();
  }

  #paySteps(): void {
    const due = this.#steps - this.#paid;
    this.#paid = this.#steps;
    this.pay(due * FUEL_PER_STEP);
  }

  #end(error: unknown): never {
    this.#ended ??= error;
    throw error as Error;
  }
}
