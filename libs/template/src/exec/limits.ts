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

/** What is left of the limits in one rendering. */
export class ExecutionBudget {
  readonly limits: Limits;
  #steps = 0;
  #allocated = 0;
  readonly #started = performance.now();
  #unchecked = 0;

  constructor(limits: Limits) {
    this.limits = limits;
  }

  /** Counts work; call it before doing the work. */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.limits.steps) throw new LimitError('steps', this.limits.steps);
    // Looking at the clock costs more than most steps.
    if (++this.#unchecked > 500) this.checkTime();
  }

  /** Counts memory (and the work of filling it); call it before allocating. */
  allocate(bytes: number): void {
    this.#allocated += bytes;
    if (!(this.#allocated <= this.limits.allocation)) throw new LimitError('allocation', this.limits.allocation);
    this.step(bytes / 100);
  }

  /** Throws when the time is over; call it after work that takes long. */
  checkTime(): void {
    this.#unchecked = 0;
    if (performance.now() - this.#started > this.limits.time) throw new LimitError('time', this.limits.time);
  }

  /** Throws when data or calls are nested deeper than allowed. */
  nest(depth: number): void {
    if (depth > this.limits.nesting) throw new LimitError('nesting', this.limits.nesting);
  }
}
