import { parseDuration } from '@eso/runtime';

/** How often a store is validated again, or what is wrong with the field. */
export type RefreshInterval =
  { readonly kind: 'interval'; readonly ms: number } | { readonly kind: 'invalid'; readonly problem: string };

/**
 * Reads `spec.refreshInterval` as the stores of External Secrets 2.x have it: a number is seconds, a text a Go duration;
 * absent or 0 means the default of the installation.
 */
export function readRefreshInterval(value: number | string | undefined, defaultMs: number): RefreshInterval {
  if (value === undefined) return { kind: 'interval', ms: defaultMs };
  const ms = typeof value === 'number' ? value * 1_000 : durationMs(value);
  if (ms === undefined) return invalid(value, NO_DURATION);
  if (ms < 0) return invalid(value, NEGATIVE);
  return { kind: 'interval', ms: ms === 0 ? defaultMs : ms };
}

/** What is wrong with an interval that cannot be read. */
export const NO_DURATION = 'not a duration, which is a number with a unit';
/** What is wrong with an interval below 0. */
export const NEGATIVE = 'must not be negative';

function durationMs(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function invalid(value: number | string, problem: string): RefreshInterval {
  return { kind: 'invalid', problem: `invalid refreshInterval "${String(value)}": ${problem}` };
}
