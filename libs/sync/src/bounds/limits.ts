/** What may go through a sync, apart from what the target itself may be. */
export const shapeLimits = {
  /** Most keys of one source, after each step, and of all sources together. */
  keys: 10_000,
  /** Longest key between two steps, bytes; the last one is held to what a Secret allows. */
  keyBytes: 1_024,
  /** Most bytes of keys and values of one source, after each step, and of all sources together. */
  dataBytes: 16 * 1024 * 1024,
  /** Deepest nesting of JSON that is merged. */
  jsonDepth: 1_000,
} as const;
