/**
 * How old a config object or a store may be: `recent` for reading secrets, so that a thousand of them cost one request, and `now`
 * for Validate, which core calls to learn whether a correction has arrived.
 */
export type Freshness = 'recent' | 'now';

/** Milliseconds. */
export const RECENT_MS = 5_000;
/** Bounds what a burst of Validate calls costs. Milliseconds. */
export const NOW_MS = 500;
