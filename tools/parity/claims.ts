/** What sources and reports of jest say about tests that carry ids. */
import { relative } from 'node:path';
import { type JestReport, reasonOf } from '../regress/results.ts';
import { idsIn } from './ids.ts';
import type { TaggedFile } from './sources.ts';
import type { Claim } from './verdict.ts';

/** Titles as they stand in the sources: each counts as passed unless it is written as skipped, or no gate runs its file. */
export function writtenClaims(files: readonly TaggedFile[]): Claim[] {
  return files.flatMap(({ path, kind, titles }) =>
    titles.map(({ title, ids, line, skipped }) => ({
      ids,
      where: `${path}:${line} "${title}"`,
      outcome:
        kind === undefined ? 'no gate runs *.long.spec.ts and *.compat.spec.ts' : skipped ? 'is skipped' : 'passed',
    })),
  );
}

/**
 * Tests as they ran, out of jest's reports. A file that could not be loaded is a failure, and so is one that was to run and is in no
 * report; the tests of a run that carry no id say nothing here.
 * @param root what the paths of files are relative to
 */
export function ranClaims(root: string, files: readonly TaggedFile[], reports: readonly JestReport[]): Claim[] {
  const results = new Map(
    reports.flatMap(({ testResults }) => testResults.map((result) => [relative(root, result.name), result] as const)),
  );
  return files.flatMap((file): Claim[] => {
    const result = results.get(file.path);
    const ids = [...new Set(file.titles.flatMap((title) => title.ids))];
    if (!result) return [{ ids, where: file.path, outcome: 'did not run' }];
    const tests = result.assertionResults
      .map(({ fullName, status, failureMessages }) => ({
        ids: [...new Set(idsIn(fullName))],
        where: `${file.path} "${fullName}"`,
        outcome: outcomeOf(status, failureMessages),
      }))
      .filter((claim) => claim.ids.length > 0);
    return tests.length > 0 ? tests : [{ ids, where: file.path, outcome: `no test ran: ${reasonOf(result.message)}` }];
  });
}

function outcomeOf(status: string, messages: readonly string[]): string {
  if (status === 'failed') return `failed: ${reasonOf(messages[0] ?? '')}`;
  return status === 'pending' ? 'skipped' : status;
}
