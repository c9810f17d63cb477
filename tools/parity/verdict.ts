/** Rows against tests: which row no test shows, and which test shows a row that is not there. */
import type { Row } from './rows.ts';

/** One test, or one title of a source, that carries ids. */
export interface Claim {
  readonly ids: readonly string[];
  /** File and title, as a reader finds it. */
  readonly where: string;
  /** `passed`; anything else is said in the problem: `skipped`, `failed`, `did not run`. */
  readonly outcome: string;
}

/**
 * Every way in which rows and tests do not fit, as sentences; empty where all is shown.
 * @param judged rows that need a test; default all
 */
export function problemsOf(rows: readonly Row[], claims: readonly Claim[], judged = rows): string[] {
  const byId = new Map(rows.map((row) => [row.id, row]));
  const shown = new Set<string>();
  const problems: string[] = [];
  for (const { ids, where, outcome } of claims) {
    if (outcome !== 'passed') problems.push(`${where}: ${outcome}`);
    for (const id of ids) {
      shown.add(id);
      const row = byId.get(id);
      if (!row) problems.push(`${where}: no row has the id ${id}`);
      else if (row.status === 'not yet')
        problems.push(
          `${where}: row ${id} says "not yet"; say "same" or "differs" in docs/parity.md, or take the id out`,
        );
    }
  }
  for (const { id, text, status } of judged)
    if (status !== 'not yet' && !shown.has(id)) problems.push(`row ${id} has no test: ${text}`);
  return problems;
}

/** `512 rows: 350 same, 103 differ, 59 not yet; 410 tests` */
export function countsOf(rows: readonly Row[], claims: readonly Claim[]): string {
  const count = (status: Row['status']): number => rows.filter((row) => row.status === status).length;
  return (
    `${rows.length} rows: ${count('same')} same, ${count('differs')} differ, ${count('not yet')} not yet; ` +
    `${claims.length} tests`
  );
}
