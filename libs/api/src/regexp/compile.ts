import {
  BoundedCache,
  errorText,
  excessOf,
  type Fuel,
  type ProgramCost,
  programCost,
  regexpLimits,
} from '@eso/runtime';
import { RE2JS } from 're2js';
import { RegexpError } from './error.ts';
import { Expression } from './expression.ts';

interface Compiled {
  readonly result: Expression | RegexpError;
  /** What it takes to compile it. */
  readonly steps: number;
  /** What it holds in memory, about. */
  readonly bytes: number;
}

/** A refusal is remembered like a success: the same wrong expression comes again at every sync. */
const cache = new BoundedCache<Compiled>({
  capacity: Infinity,
  maxWeight: regexpLimits.cacheBytes,
  weigh: ({ bytes }) => bytes,
});

/**
 * Compiles an expression in RE2 syntax, or takes it from what was compiled before.
 * @param fuel pays for what has to be compiled
 * @throws RegexpError INVALID_REGEXP, REGEXP_TOO_LARGE with the bound; FuelSpent
 */
export function compileRegexp(source: string, fuel: Fuel): Expression {
  const { result } = cache.get(source) ?? compiled(source, fuel);
  if (result instanceof RegexpError) throw result;
  return result;
}

function compiled(source: string, fuel: Fuel): Compiled {
  // A text of any length is answered without a look at it, and is not kept.
  const bytes = source.length > regexpLimits.bytes ? source.length : Buffer.byteLength(source);
  if (bytes > regexpLimits.bytes) throw tooLarge(`it is longer than ${regexpLimits.bytes} bytes`);
  const cost = programCost(source);
  const fresh = compileWithin(source, cost, fuel);
  cache.set(source, fresh);
  return fresh;
}

function compileWithin(source: string, cost: ProgramCost, fuel: Fuel): Compiled {
  const excess = excessOf(cost);
  const own = 1_000 + 4 * source.length;
  if (excess !== undefined) return { result: tooLarge(excess), steps: 0, bytes: own };
  const { instructions, ranges, unicodeClasses, folded } = cost;
  const steps = 20_000 + 2_000 * instructions + 20 * ranges + 100_000 * unicodeClasses + 60 * folded;
  fuel.take(steps);
  try {
    const result = new Expression(source, RE2JS.compile(source));
    return { result, steps, bytes: own + 1_000 * instructions + 8_000 * unicodeClasses };
  } catch (error) {
    const result = new RegexpError('INVALID_REGEXP', `it does not compile: ${errorText(error)}`, error);
    return { result, steps, bytes: own };
  }
}

function tooLarge(problem: string): RegexpError {
  return new RegexpError('REGEXP_TOO_LARGE', problem);
}

/** What is kept, for tests. */
export function regexpCacheUse(): { readonly entries: number; readonly bytes: number } {
  return { entries: cache.size, bytes: cache.weight };
}
