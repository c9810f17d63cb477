import type { Fuel } from '@eso/runtime';
import { ProviderError } from '../../contract/index.ts';

/** Longest path that is read, in bytes. */
export const MAX_PATH_BYTES = 8 * 1024;

/** Deepest nesting of path steps, pipes and visited values. */
export const MAX_DEPTH = 400;

/** Most modifiers (`@reverse`) that a path may name, in all of its parts. */
export const MAX_MODIFIERS = 64;

/** Bytes that one lookup may look at or write, in a worker too: sixteen passes over the largest document. */
export const MAX_WORK = 64 * 1024 * 1024;

/** Steps for a byte that a search passes over. */
export const SEARCHED = 8;
/** Steps for a byte that a modifier works on. */
export const WORKED_ON = 15;
/** Steps for a byte that a modifier writes anew. */
export const REWRITTEN = 60;
/** Steps for a value that is met on the way. Measured: 50 to 130 ns, however short it is. */
const STEPS_PER_VALUE = 80;

/**
 * Keeps one lookup from hanging the process. A path comes from a tenant, and a short one can ask for very much work
 * (`@tostr|@tostr|…` doubles its text each time, `@dig` looks at each level anew), so every pass over a text is charged
 * before it is made: its bytes here, for what they take in memory, and its steps to the fuel, for what they take in time.
 */
export class Budget {
  readonly #fuel: Fuel;
  #work = 0;
  #depth = 0;

  constructor(fuel: Fuel) {
    this.#fuel = fuel;
  }

  /**
   * Charges a pass over `bytes` bytes.
   * @param steps for each of them
   * @throws ProviderError LIMIT_EXCEEDED when the lookup has used up its share; FuelSpent
   */
  charge(bytes: number, steps = SEARCHED): void {
    this.#work += bytes;
    if (this.#work > MAX_WORK) throw limitExceeded(`looks at, or writes, more than ${MAX_WORK} bytes`);
    this.#fuel.take(bytes * steps);
  }

  /**
   * Charges a value that is met.
   * @throws FuelSpent
   */
  value(): void {
    this.#fuel.take(STEPS_PER_VALUE);
  }

  /**
   * Runs `step` one level deeper.
   * @throws ProviderError LIMIT_EXCEEDED when that is too deep.
   */
  deeper<T>(step: () => T): T {
    if (++this.#depth > MAX_DEPTH) throw limitExceeded(`is nested deeper than ${MAX_DEPTH} levels`);
    try {
      return step();
    } finally {
      this.#depth--;
    }
  }
}

/** The error for a property path that goes past a limit of ours. */
export function limitExceeded(problem: string): ProviderError {
  return new ProviderError('LIMIT_EXCEEDED', `the property path ${problem}`, {
    field: 'remoteRef.property',
    nextStep: 'use a shorter path that names the value directly',
  });
}
