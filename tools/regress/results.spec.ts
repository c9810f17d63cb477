import { type JestReport, reasonOf, resultsOf, resultTable, summary } from './results.ts';

const FOLDER = '/checkout/e2e/src/hardening';

const report: JestReport = {
  testResults: [
    {
      name: `${FOLDER}/probes.spec.ts`,
      message: '',
      assertionResults: [
        { fullName: 'stays up', status: 'passed', failureMessages: [] },
        {
          fullName: 'counts what it refused',
          status: 'failed',
          failureMessages: [
            '\u001b[31mError: expect(received).toBe(expected)\u001b[39m\n\nExpected: 1\nReceived: 0\n    at Object.<anonymous> (/x.ts:1:2)\n',
          ],
        },
        { fullName: 'is left out', status: 'pending', failureMessages: [] },
      ],
    },
    {
      name: `${FOLDER}/other.spec.ts`,
      message: '  ● Test suite failed to run\n\n    Cannot find module',
      assertionResults: [],
    },
  ],
};

test('a test that failed has a reason in one line; one that did not run is neither passed nor failed', () => {
  const results = resultsOf(report, FOLDER);
  expect(results).toEqual([
    { test: 'probes: stays up', outcome: { kind: 'passed' } },
    {
      test: 'probes: counts what it refused',
      outcome: { kind: 'failed', reason: 'expect(received).toBe(expected) Expected: 1 Received: 0' },
    },
    { test: 'probes: is left out', outcome: { kind: 'broken', reason: 'pending' } },
    { test: 'other', outcome: { kind: 'broken', reason: 'Cannot find module' } },
  ]);
  expect(summary(results)).toBe('1 passed, 1 failed, 2 broken');
});

test('two runs stand side by side, tests in order, what only one of them has as well', () => {
  const row = (test: string, failed = false) => ({
    test,
    outcome: failed ? ({ kind: 'failed', reason: 'a | b' } as const) : ({ kind: 'passed' } as const),
  });
  const table = resultTable([
    { revision: '0ddc6b3', results: [row('b', true), row('a')] },
    { revision: 'here', results: [row('b'), row('c')] },
  ]);
  expect(table.split('\n')).toEqual([
    '| test | 0ddc6b3 | here |',
    '| --- | --- | --- |',
    '| a | passed | not run |',
    '| b | failed: a \\| b | passed |',
    '| c | not run | passed |',
  ]);
});

test('a reason is never longer than a row', () => {
  expect(reasonOf('x'.repeat(1_000))).toHaveLength(160);
});
