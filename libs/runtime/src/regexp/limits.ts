import type { ProgramCost } from './program-cost.ts';

/** What a regular expression may be; each of these is refused before anything is compiled. */
export const regexpLimits = {
  /** Longest expression, bytes of UTF-8. */
  bytes: 4_096,
  /** Largest program, instructions. Every expression without counted repetitions stays below it. */
  instructions: 5_000,
  /** Most ranges of characters that the classes of a program list, repetitions multiplied out. */
  ranges: 500_000,
  /** Most Unicode classes in the text. */
  unicodeClasses: 100,
  /** Most characters in the ranges of its classes, where case is ignored. */
  folded: 500_000,
  /** Bytes of compiled programs that a process keeps. */
  cacheBytes: 16 * 1024 * 1024,
} as const;

/** Which of the bounds an expression exceeds, as a clause about it; undefined when none. */
export function excessOf({ instructions, ranges, unicodeClasses, folded }: ProgramCost): string | undefined {
  if (instructions > regexpLimits.instructions)
    return `it compiles to more than ${regexpLimits.instructions} instructions`;
  if (unicodeClasses > regexpLimits.unicodeClasses)
    return `it has more than ${regexpLimits.unicodeClasses} Unicode classes`;
  if (ranges > regexpLimits.ranges) return `its classes list more than ${regexpLimits.ranges} ranges of characters`;
  if (folded > regexpLimits.folded)
    return `the ranges of its classes, folded, have more than ${regexpLimits.folded} characters`;
  return undefined;
}
