import { parseDuration } from '@eso/runtime';

/** How often a store is validated again, or what is wrong with the field. */
export type RefreshInterval =
  | { readonly kind: 'interval'; readonly ms: number }
  | { readonly kind: 'invalid'; readonly problem: string; readonly nextStep: string };

/**
 * Reads `spec.refreshInterval` as the stores of External Secrets 2.x have it: a number is seconds, a text a Go duration;
 * absent or 0 means the default of the installation.
 */
export function readRefreshInterval(value: number | string | undefined, defaultMs: number): RefreshInterval {
  if (value === undefined) return { kind: 'interval', ms: defaultMs };
  const ms = typeof value === 'number' ? value * 1_000 : durationMs(value);
  if (ms === undefined)
    return invalid(`${JSON.stringify(value)} is not a duration`, 'Write a number with a unit, such as "5m".');
  if (ms < 0) return invalid(`${JSON.stringify(value)} must not be negative`, 'Write a duration such as "5m".');
  return { kind: 'interval', ms: ms === 0 ? defaultMs : ms };
}

function durationMs(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function invalid(problem: string, nextStep: string): RefreshInterval {
  return { kind: 'invalid', problem, nextStep };
}
