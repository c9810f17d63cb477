import { NxOutput } from './nx-output.ts';

const RUN = `
 NX   Running targets typecheck, test for 2 projects:

- @eso/runtime
- @eso/pki

> nx run @eso/runtime:typecheck

a.ts(1,14): error TS2322
> nx run @eso/pki:test  [local cache]

PASS b.spec.ts

 NX   Running targets typecheck, test for 2 projects failed

Failed tasks:

- @eso/runtime:typecheck

  Run duration:      1m 6s
`;

test('tells of tasks as they end and keeps what the failed ones said, whatever way the output is cut', () => {
  const ended: string[] = [];
  const output = new NxOutput((task) => ended.push(task));
  for (const character of RUN) output.read(character);
  expect(ended).toEqual(['@eso/runtime:typecheck', '@eso/pki:test']);
  expect(output.failed).toEqual(['@eso/runtime:typecheck']);
  expect(output.failures()).toBe('> @eso/runtime:typecheck\n\na.ts(1,14): error TS2322');
});

test('an Nx that fails before its first task is quoted whole', () => {
  const output = new NxOutput();
  output.read(' NX   Failed to process project graph.\n\nThe package.json of apps/x is no JSON\n');
  expect(output.failed).toEqual([]);
  expect(output.failures()).toBe('NX   Failed to process project graph.\n\nThe package.json of apps/x is no JSON');
});
