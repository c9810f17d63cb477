import { excessOf, programCost, regexpLimits } from '@eso/runtime';
import { RE2JS } from 're2js';
import type { ExecutionBudget } from '../exec/limits.ts';
import { canBackquote, quote } from '../strconv/quote.ts';
import { GoError, plainError } from '../value/go-error.ts';
import { authored, constant } from '../value/public-text.ts';
import { decodeRune, decodeText, encodeText, isValidUtf8, replacementRune, toBytes } from '../value/utf8.ts';

/** Places of a match and its groups in bytes; −1 for a group that took no part. */
export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  group(index: number): { readonly start: number; readonly end: number };
}

/** One instruction on one byte of text, at worst. Measured: 20 to 40. */
const NANOSECONDS_PER_UNIT = 20;
/** Beginning a search, and what it found. */
const NANOSECONDS_PER_SEARCH = 2_000;

/** Compiled patterns by source, the latest last. A template that runs again finds its patterns compiled. */
const cache = new Map<string, RegexProgram>();
/** Instructions of all that are kept; one takes about a kilobyte. */
const cachedInstructions = 16_384;
let instructions = 0;

/** A regular expression with Go's syntax over bytes. Matching takes time linear in the text. */
export class RegexProgram {
  readonly #pattern: RE2JS;
  readonly groupNames: ReadonlyMap<string, number>;
  readonly groupCount: number;
  readonly #size: number;

  private constructor(pattern: RE2JS) {
    this.#pattern = pattern;
    this.groupNames = new Map(Object.entries(pattern.namedGroups()));
    this.groupCount = pattern.groupCount();
    this.#size = pattern.programSize();
  }

  /** Throws a `GoError` with Go's syntax error. */
  static compile(source: string, budget: ExecutionBudget): RegexProgram {
    const known = cache.get(source);
    if (known !== undefined) {
      cache.delete(source);
      cache.set(source, known);
      return known;
    }
    const program = new RegexProgram(compilePattern(source, budget));
    cache.set(source, program);
    instructions += program.#size;
    for (const [oldest, kept] of cache) {
      if (instructions <= cachedInstructions) break;
      cache.delete(oldest);
      instructions -= kept.#size;
    }
    return program;
  }

  /** Like `compile`, with the message of Go's `MustCompile`. */
  static mustCompile(source: string, budget: ExecutionBudget): RegexProgram {
    try {
      return RegexProgram.compile(source, budget);
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
      const shown = canBackquote(source) ? `\`${source}\`` : quote(source);
      throw new GoError(`regexp: Compile(${shown}): ${error.goText}`, error.publicReason);
    }
  }

  /** A function that finds the first match from a place on. */
  searcher(text: string, budget: ExecutionBudget): (from: number) => RegexMatch | undefined {
    const bytes = toBytes(text);
    const matcher = this.#pattern.matcher(bytes);
    return (from) => {
      budget.step(1);
      budget.announce(NANOSECONDS_PER_UNIT * this.#size * (text.length - from));
      const found = matcher.find(from);
      // A search can look far ahead of what it finds.
      budget.checkTime();
      const end = found ? matcher.end() : text.length;
      budget.step(((end - from) * this.#size) / 2000);
      budget.pay(NANOSECONDS_PER_SEARCH + NANOSECONDS_PER_UNIT * this.#size * (end - from));
      if (!found) return undefined;
      const groups = Array.from({ length: this.groupCount + 1 }, (_unused, index) => ({
        start: matcher.start(index),
        end: matcher.end(index),
      }));
      return {
        start: matcher.start(),
        end,
        group: (index) => groups[index] ?? { start: -1, end: -1 },
      };
    };
  }

  /** All matches that do not overlap, at most `limit` of them if that is not negative. */
  *matches(text: string, limit: number, budget: ExecutionBudget): Generator<RegexMatch> {
    const search = this.searcher(text, budget);
    let at = 0;
    let previousEnd = -1;
    for (let count = 0; (limit < 0 || count < limit) && at <= text.length;) {
      const match = search(at);
      if (match === undefined) return;
      let accepted = true;
      if (match.end === at) {
        // An empty match: not directly behind another match, and one rune further on.
        accepted = match.start !== previousEnd;
        at += at < text.length ? decodeRune(text, at).size : 1;
      } else at = match.end;
      previousEnd = match.end;
      if (!accepted) continue;
      count++;
      yield match;
    }
  }
}

/** Offset of the first byte that is no UTF-8, −1 where there is none. */
function firstInvalid(source: string): number {
  if (isValidUtf8(source)) return -1;
  for (let at = 0; at < source.length;) {
    const { rune, size } = decodeRune(source, at);
    if (rune === replacementRune && size === 1) return at;
    at += size;
  }
  return -1;
}

function compilePattern(source: string, budget: ExecutionBudget): RE2JS {
  const invalidAt = firstInvalid(source);
  if (invalidAt >= 0) {
    const what = constant('error parsing regexp: invalid UTF-8');
    throw new GoError(`${what}: \`${source.slice(invalidAt)}\``, what);
  }
  const text = decodeText(source);
  // Refused before it is compiled: that alone could take seconds.
  const cost = programCost(text.slice(0, regexpLimits.bytes));
  if (text.length > regexpLimits.bytes || excessOf(cost) !== undefined) {
    throw plainError('error parsing regexp: expression too large');
  }
  budget.pay(20_000 + 2_000 * cost.instructions + 20 * cost.ranges + 100_000 * cost.unicodeClasses + 60 * cost.folded);
  try {
    return RE2JS.compile(text);
  } catch (error) {
    const message = encodeText(error instanceof Error ? error.message : String(error));
    // The pattern may be made of values: what is wrong with it is told without it.
    const reason = authored(/^(error parsing regexp: [^:`]*)/.exec(message)?.[1] ?? 'error parsing regexp');
    const isAtEnd = message.endsWith('trailing backslash at end of expression');
    throw new GoError(isAtEnd ? `${message}: \`\`` : message, reason);
  }
}
