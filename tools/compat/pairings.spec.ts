import { resultTable } from '../regress/results.ts';
import { pairings } from './pairings.ts';

test('each pairing is a column, and what could not be loaded is told in its own', () => {
  const passed = { kind: 'passed' } as const;
  const broken = { kind: 'broken', reason: 'no module' } as const;
  const columns = pairings([
    { test: 'old-providers.compat: find: by name', outcome: passed },
    { test: 'old-core.compat', outcome: broken },
  ]);
  expect(resultTable(columns).split('\n')).toEqual([
    '| test | old-core | old-providers |',
    '| --- | --- | --- |',
    '| find: by name | not run | passed |',
    '| it starts | broken: no module | not run |',
  ]);
});
