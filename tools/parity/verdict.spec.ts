import type { JestReport } from '../regress/results.ts';
import { ranClaims, writtenClaims } from './claims.ts';
import type { Row } from './rows.ts';
import { suitesOf } from './run.ts';
import type { TaggedFile } from './sources.ts';
import { countsOf, problemsOf } from './verdict.ts';

const ROWS: readonly Row[] = [
  { id: '1.1.1', text: 'a name', status: 'same', reason: '' },
  { id: '1.1.2', text: 'a column', status: 'differs', reason: 'more of them' },
  { id: '1.1.3', text: 'a gauge', status: 'not yet', reason: 'stores' },
];
const title = (text: string, ids: string[], skipped = false) => ({ title: text, ids, line: 1, skipped });
const file = (more: Partial<TaggedFile> = {}): TaggedFile => ({
  path: 'libs/a/src/a.spec.ts',
  project: 'libs/a',
  kind: 'unit',
  titles: [title('both [1.1.1] [1.1.2]', ['1.1.1', '1.1.2'])],
  ...more,
});
const report = (...tests: [fullName: string, status: string][]): JestReport => ({
  testResults: [
    {
      name: '/checkout/libs/a/src/a.spec.ts',
      message: '',
      assertionResults: tests.map(([fullName, status]) => ({
        fullName,
        status,
        failureMessages: ['no value\n    at here (x.ts:1:2)'],
      })),
    },
  ],
});
const written = (...files: TaggedFile[]): string[] => problemsOf(ROWS, writtenClaims(files));
const ran = (...reports: JestReport[]): string[] => problemsOf(ROWS, ranClaims('/checkout', [file()], reports));

test('rows that tests show are in order', () => {
  expect(written(file())).toEqual([]);
  expect(ran(report(['both [1.1.1] [1.1.2]', 'passed'], ['of no row', 'failed']))).toEqual([]);
  expect(countsOf(ROWS, writtenClaims([file()]))).toBe('3 rows: 1 same, 1 differ, 1 not yet; 1 tests');
});

describe('a planted fault is found in the sources:', () => {
  test('a row without a test', () => {
    expect(written(file({ titles: [title('one [1.1.1]', ['1.1.1'])] }))).toEqual(['row 1.1.2 has no test: a column']);
  });

  test('an id of no row', () => {
    expect(written(file(), file({ titles: [title('x [1.9.9]', ['1.9.9'])] }))).toEqual([
      'libs/a/src/a.spec.ts:1 "x [1.9.9]": no row has the id 1.9.9',
    ]);
  });

  test('a test of a row that says "not yet"', () => {
    expect(written(file(), file({ titles: [title('x [1.1.3]', ['1.1.3'])] }))).toEqual([
      expect.stringContaining('row 1.1.3 says "not yet"'),
    ]);
  });

  test('a test that is skipped', () => {
    expect(written(file(), file({ titles: [title('x [1.1.1]', ['1.1.1'], true)] }))).toEqual([
      'libs/a/src/a.spec.ts:1 "x [1.1.1]": is skipped',
    ]);
  });

  test('a file that no gate runs', () => {
    expect(written(file(), file({ kind: undefined }))).toEqual([expect.stringContaining('no gate runs')]);
  });
});

describe('a planted fault is found in what ran:', () => {
  test.each([
    ['failed', 'failed: no value'],
    ['pending', 'skipped'],
    ['todo', 'todo'],
  ])('a test that is %s', (status, outcome) => {
    expect(ran(report(['both [1.1.1] [1.1.2]', status]))).toEqual([
      `libs/a/src/a.spec.ts "both [1.1.1] [1.1.2]": ${outcome}`,
    ]);
  });

  test('a file that is in no report', () => {
    expect(ran()).toEqual(['libs/a/src/a.spec.ts: did not run']);
  });

  test('a file that could not be loaded', () => {
    const [result] = report().testResults;
    const broken = { testResults: [{ ...result!, message: 'Cannot find module' }] };
    expect(ran(broken)).toEqual(['libs/a/src/a.spec.ts: no test ran: Cannot find module']);
  });

  test('an id that the source has and no test that ran', () => {
    expect(ran(report(['one [1.1.1]', 'passed']))).toEqual(['row 1.1.2 has no test: a column']);
  });

  test('an id that only a test that ran has', () => {
    expect(ran(report(['both [1.1.1] [1.1.2]', 'passed'], ['x [1.9.9]', 'passed']))).toEqual([
      'libs/a/src/a.spec.ts "x [1.9.9]": no row has the id 1.9.9',
    ]);
  });
});

test('files run by kind and project, cheap kinds first', () => {
  const path = (name: string): string => `${name}.spec.ts`;
  const files = [
    file({ path: path('e'), project: 'e2e', kind: 'e2e' }),
    file({ path: path('i'), kind: 'int' }),
    file({ path: path('u') }),
    file({ path: path('l'), kind: undefined }),
  ];
  expect(suitesOf(files).map(({ kind, project }) => `${kind} ${project}`)).toEqual([
    'unit libs/a',
    'int libs/a',
    'e2e e2e',
  ]);
});
