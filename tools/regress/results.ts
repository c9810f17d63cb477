import { relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** What jest writes with `--json`, as far as it is read here. */
export interface JestReport {
  readonly testResults: readonly {
    /** Absolute path of the test file. */
    readonly name: string;
    /** Why no test of the file could run; empty otherwise. */
    readonly message: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

export interface TestResult {
  /** Path of the file below the folder of the tests, then the test's full name. */
  readonly test: string;
  readonly outcome: Outcome;
}

export type Outcome =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The test did not run: that says nothing about the programs. */
  | { readonly kind: 'broken'; readonly reason: string };

/** Longest reason, characters: a row stays a row. */
const REASON_LENGTH = 160;

/**
 * One result for each test; a file that could not be loaded is one that is broken.
 * @param folder folder that the files' names are relative to
 */
export function resultsOf(report: JestReport, folder: string): TestResult[] {
  return report.testResults.flatMap(({ name, message, assertionResults }): TestResult[] => {
    const file = relative(folder, name).replace(/\.spec\.ts$/, '');
    if (assertionResults.length === 0)
      return [{ test: file, outcome: { kind: 'broken', reason: reasonOf(message === '' ? 'no tests' : message) } }];
    return assertionResults.map(({ fullName, status, failureMessages }) => ({
      test: `${file}: ${fullName}`,
      outcome: outcomeOf(status, failureMessages),
    }));
  });
}

function outcomeOf(status: string, messages: readonly string[]): Outcome {
  switch (status) {
    case 'passed':
      return { kind: 'passed' };
    case 'failed':
      return { kind: 'failed', reason: reasonOf(messages[0] ?? '') };
    default:
      return { kind: 'broken', reason: status };
  }
}

/** The first lines of a failure as one, without colours, diff and stack. */
export function reasonOf(message: string): string {
  const lines = stripVTControlCharacters(message)
    .split('\n')
    .map((line) => line.trim());
  const end = lines.findIndex((line) => /^at .*[:(]/.test(line));
  const text = lines
    .slice(0, end < 0 ? undefined : end)
    .filter((line) => line !== '' && !line.startsWith('●'))
    .join(' ')
    .replaceAll(/\s+/g, ' ')
    .replace(/^Error: /, '');
  return text.length <= REASON_LENGTH ? text : `${text.slice(0, REASON_LENGTH - 1)}…`;
}

/** Results of one run of the tests. */
export interface Column {
  /** Short hash of the revision, or `here`. */
  readonly revision: string;
  readonly results: readonly TestResult[];
}

/** A Markdown table: one row for each test, and one column with its reasons for each run. */
export function resultTable(columns: readonly Column[]): string {
  const byTest = columns.map(({ results }) => new Map(results.map(({ test, outcome }) => [test, outcome])));
  const tests = [...new Set(columns.flatMap(({ results }) => results.map(({ test }) => test)))].sort();
  const rows = tests.map((test) => [test, ...byTest.map((outcomes) => cell(outcomes.get(test)))]);
  const header = ['test', ...columns.map(({ revision }) => revision)];
  return [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escape).join(' | ')} |`).join('\n');
}

function cell(outcome: Outcome | undefined): string {
  if (!outcome) return 'not run';
  return outcome.kind === 'passed' ? 'passed' : `${outcome.kind}: ${outcome.reason}`;
}

const escape = (text: string): string => text.replaceAll('|', '\\|');

/** `3 passed, 1 failed, 0 broken` */
export function summary(results: readonly TestResult[]): string {
  const count = (kind: Outcome['kind']): number => results.filter(({ outcome }) => outcome.kind === kind).length;
  return `${count('passed')} passed, ${count('failed')} failed, ${count('broken')} broken`;
}
