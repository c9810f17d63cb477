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
