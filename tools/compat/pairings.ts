import type { Column, TestResult } from '../regress/results.ts';

/**
 * One column for each pairing, of results whose test is `<file of the pairing>.compat: <test>`; a file that could not be loaded is
 * a column of its own.
 */
export function pairings(results: readonly TestResult[]): Column[] {
  const columns = new Map<string, TestResult[]>();
  for (const { test, outcome } of results) {
    const [file = '', ...rest] = test.split(': ');
    const pairing = file.replace(/\.compat$/, '');
    const own = columns.get(pairing) ?? [];
    columns.set(pairing, [...own, { test: rest.length === 0 ? 'it starts' : rest.join(': '), outcome }]);
  }
  return [...columns].sort(([a], [b]) => (a < b ? -1 : 1)).map(([revision, own]) => ({ revision, results: own }));
}
