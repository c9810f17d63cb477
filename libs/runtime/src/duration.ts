import { RuntimeError } from './error.ts';
import { bounded } from './text.ts';

const NS_PER_UNIT: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5 micro sign
  μs: 1e3, // U+03BC Greek letter mu
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};
const MAX_NS = 2 ** 63;
const WHOLE = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h)(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g;

/**
 * Reads a duration in Go's syntax (`1h30m`, `1.5s`, `300ms`, `-5s`, `0`), as Kubernetes resources and flags have it.
 * @returns milliseconds; fractions are kept
 * @throws RuntimeError INVALID_DURATION, naming the text and an example
 */
export function parseDuration(text: string): number {
  if (/^[+-]?0$/.test(text)) return 0;
  if (!WHOLE.test(text)) throw invalid(text);
  let ns = 0;
  for (const [, number = '', unit = ''] of text.matchAll(PART)) ns += Number(number) * (NS_PER_UNIT[unit] ?? 0);
  // Go holds a duration in 64 bits: what does not fit there is an error there, too.
  if (ns >= MAX_NS) throw invalid(text);
  return (text.startsWith('-') ? -ns : ns) / 1e6;
}

function invalid(text: string): RuntimeError {
  const shown = JSON.stringify(bounded(text, 64));
  return new RuntimeError(
    'INVALID_DURATION',
    `${shown} is not a duration: write a number and a unit (ns, us, ms, s, m, h), such as "30s", "5m" or "1h30m"`,
  );
}

/**
 * Writes a duration the way Go prints it: `1h0m0s`, `1m30s`, `1.5s`, `250ms`, `0s`.
 * @param ms milliseconds
 */
export function formatDuration(ms: number): string {
  const ns = Math.round(Math.abs(ms) * 1e6);
  const sign = ms < 0 && ns > 0 ? '-' : '';
  if (ns === 0) return '0s';
  if (ns < 1e3) return `${sign}${ns}ns`;
  if (ns < 1e6) return `${sign}${ns / 1e3}µs`;
  if (ns < 1e9) return `${sign}${ns / 1e6}ms`;
  const minutes = Math.floor(ns / 60e9);
  const seconds = `${(ns - minutes * 60e9) / 1e9}s`;
  if (minutes === 0) return sign + seconds;
  const hours = Math.floor(minutes / 60);
  return hours === 0 ? `${sign}${minutes}m${seconds}` : `${sign}${hours}h${minutes % 60}m${seconds}`;
}
