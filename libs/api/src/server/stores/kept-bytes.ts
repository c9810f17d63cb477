/**
 * Most that is kept of what was read lately, characters of JSON: a store or config object may have 1.5 MB, and tenants may have
 * thousands of them. What has to make room is read again.
 */
export const KEPT_BYTES = 32 * 1024 * 1024;

/** About what a JSON value takes: its length as text. Infinity where that needs more stack than there is. */
export function jsonBytes(value: unknown): number {
  try {
    return value === undefined ? 0 : JSON.stringify(value).length;
  } catch {
    return Infinity;
  }
}
