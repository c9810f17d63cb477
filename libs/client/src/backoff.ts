/** Attempts of one call, the first one included. */
export const MAX_ATTEMPTS = 3;

const BASE_MS = 100;
const MAX_MS = 10_000;

/**
 * How long to wait before an attempt, milliseconds: 100 ms, doubled each time, with full jitter, and never less than the
 * provider asked for.
 *
 * @param attempt number of the attempt that failed, 1 for the first
 * @param random a number from 0 to 1
 */
export function backoffMs(attempt: number, { retryAfterMs = 0, random = Math.random() } = {}): number {
  return Math.max(retryAfterMs, random * Math.min(MAX_MS, BASE_MS * 2 ** (attempt - 1)));
}
