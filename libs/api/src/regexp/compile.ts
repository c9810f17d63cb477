import type { Fuel } from '@eso/runtime';
import { errorText } from '@eso/runtime';
import { RE2JS } from 're2js';
import { RegexpError } from './error.ts';
import { Expression } from './expression.ts';
import { regexpLimits } from './limits.ts';
import { type ProgramCost, programCost } from './program-cost.ts';

interface Compiled {
  readonly result: Expression | RegexpError;
  /** What it takes to compile it. */
  readonly steps: number;
  /** What it holds in memory, about. */
  readonly bytes: number;
}

/** The latest last. A refusal is remembered like a success: the same wrong expression comes again at every sync. */
const cache = new Map<string, Compiled>();
let cachedBytes = 0;

/**
 * Compiles an expression in RE2 syntax, or takes it from what was compiled before.
 * @param fuel pays for what has to be compiled
 * @throws RegexpError INVALID_REGEXP, REGEXP_TOO_LARGE with the bound; FuelSpent
 */
export function compileRegexp(source: string, fuel: Fuel): Expression {
  const { result } = remembered(source) ?? compiled(source, fuel);
  if (result instanceof RegexpError) throw result;
  return result;
}

function remembered(source: string): Compiled | undefined {
  const known = cache.get(source);
  if (!known) return undefined;
  cache.delete(source);
  cache.set(source, known);
  return known;
}

function compiled(source: string, fuel: Fuel): Compiled {
  // A text of any length is answered without a look at it, and is not kept.
  const bytes = source.length > regexpLimits.bytes ? source.length : Buffer.byteLength(source);
  if (bytes > regexpLimits.bytes) throw tooLarge(`it is longer than ${regexpLimits.bytes} bytes`);
  const cost = programCost(source);
  const fresh = compileWithin(source, cost, fuel);
  cache.set(source, fresh);
  cachedBytes += fresh.bytes;
  for (const [oldest, { bytes: freed }] of cache) {
    if (cachedBytes <= regexpLimits.cacheBytes) break;
    cache.delete(oldest);
    cachedBytes -= freed;
  }
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

function excessOf({ instructions, ranges, unicodeClasses, folded }: ProgramCost): string | undefined {
  if (instructions > regexpLimits.instructions)
    return `it compiles to more than ${regexpLimits.instructions} instructions`;
  if (unicodeClasses > regexpLimits.unicodeClasses)
    return `it has more than ${regexpLimits.unicodeClasses} Unicode classes`;
  if (ranges > regexpLimits.ranges) return `its classes list more than ${regexpLimits.ranges} ranges of characters`;
  if (folded > regexpLimits.folded)
    return `the ranges of its classes, folded, have more than ${regexpLimits.folded} characters`;
  return undefined;
}

function tooLarge(problem: string): RegexpError {
  return new RegexpError('REGEXP_TOO_LARGE', problem);
}

/** What is kept, for tests. */
export function regexpCacheUse(): { readonly entries: number; readonly bytes: number } {
  return { entries: cache.size, bytes: cachedBytes };
}
