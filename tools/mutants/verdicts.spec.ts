import { projectOf } from './draw.ts';
import { mutantsOf } from './operators.ts';
import { report, type Verdict } from './verdicts.ts';

const [first, second, third] = mutantsOf('libs/sync/src/a.ts', 'f(a < b); if (c) d();');

test('the report counts by project and names what nobody noticed', () => {
  const verdicts: Verdict[] = [
    { mutant: first!, result: 'caught', by: 'unit libs/sync' },
    { mutant: second!, result: 'caught', by: 'int apps/core' },
    { mutant: third!, result: 'survived' },
  ];
  const text = report(verdicts, projectOf);
  expect(text).toContain('| libs/sync | 3 | 1 | 2 | 67 % |');
  expect(text).toContain('| all | 3 | 1 | 2 | 67 % |');
  expect(text).toMatch(/^survived: libs\/sync\/src\/a\.ts:1 negated condition: c → !\(c\)$/m);
});
