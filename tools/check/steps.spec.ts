import { remedyFor, runSteps, type Step } from './steps.ts';

const passing = (name: string): Step => ({ name, run: () => true });

test('every step runs, whatever the others did, and one that throws has failed with what it threw', async () => {
  let now = 0;
  const lanes: Step[][] = [
    [
      { name: 'throws', run: () => { throw new Error('no such tool'); } },
      { name: 'fails', run: (print) => { print('a.ts is wrong'); now += 2500; return false; } },
      passing('passes'),
    ],
    [{ name: 'rejects', run: () => Promise.reject(new Error('gone')) }, passing('passes too')],
  ]; // prettier-ignore
  const told: string[] = [];
  const results = await runSteps(lanes, ({ name }) => told.push(name), () => now); // prettier-ignore
  expect(results.map(({ name, passed }) => `${name}: ${passed}`)).toEqual([
    'throws: false',
    'fails: false',
    'passes: true',
    'rejects: false',
    'passes too: true',
  ]);
  expect(told.toSorted()).toEqual(results.map(({ name }) => name).toSorted());
  expect(results[0]?.output).toContain('no such tool');
  expect(results[1]).toMatchObject({ output: 'a.ts is wrong', seconds: 2.5 });
});

test('lanes run beside each other, the steps of one lane do not', async () => {
  const order: string[] = [];
  const other = Promise.withResolvers<undefined>();
  await runSteps(
    [
      [
        { name: 'first', run: async () => { await other.promise; order.push('first'); return true; } },
        { name: 'second', run: () => { order.push('second'); return true; } },
      ],
      [{ name: 'beside', run: () => { order.push('beside'); other.resolve(undefined); return true; } }],
    ],
    () => undefined,
  ); // prettier-ignore
  expect(order).toEqual(['beside', 'first', 'second']);
});

test.each([
  "Error: Cannot find package 'typescript' imported from tools/check/exports-of.ts",
  "Error [ERR_MODULE_NOT_FOUND]: Cannot find module 'node_modules/yaml/index.js'",
  'Error: spawn node_modules/.bin/buf ENOENT: spawn ENOENT node_modules/.bin/buf',
  "Cannot find module '@eso/http2' or its corresponding type declarations.",
  '/bin/sh: 1: node_modules/.bin/eslint: not found',
  '✘ [ERROR] Could not resolve "@aws-sdk/client-ssm"',
])('a sign of missing packages names npm install: %s', (output) => {
  expect(remedyFor(output)).toContain('npm install');
});

test.each(["Cannot find module './gone.ts' or its type declarations.", 'a.ts(1,14): error TS2322', ''])(
  'what an install cannot mend does not: %s',
  (output) => {
    expect(remedyFor(output)).toBeUndefined();
  },
);
