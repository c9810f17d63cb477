import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';
import { rowsOf } from './rows.ts';

const page = (...rows: string[]): string =>
  ['# Page', '', '## 1.13b Targets', '', '| Id | What | Status |', '| --- | --- | --- |', ...rows].join('\n');

test('rows have an id, a text, and a status with its reason', () => {
  expect(
    rowsOf(
      `${page('| 1.13b.1 | a `x` | same |', '| 1.13b.2 | b | differs: why: so |')}\n\n## P8.1 Edges\n\n| P8.1.1 | c | not yet: stores |`,
    ),
  ).toEqual({
    rows: [
      { id: '1.13b.1', text: 'a `x`', status: 'same', reason: '' },
      { id: '1.13b.2', text: 'b', status: 'differs', reason: 'why: so' },
      { id: 'P8.1.1', text: 'c', status: 'not yet', reason: 'stores' },
    ],
    problems: [],
  });
});

test.each([
  [
    'an id that leaves one out',
    ['| 1.13b.2 | a | same |'],
    'line 7: the row should have the id 1.13b.1, not "1.13b.2"',
  ],
  [
    'an id that comes twice',
    ['| 1.13b.1 | a | same |', '| 1.13b.1 | b | same |'],
    'line 8: the row should have the id 1.13b.2, not "1.13b.1"',
  ],
  [
    'a difference without a reason',
    ['| 1.13b.1 | a | differs |'],
    'line 7: "differs" is none of: same; differs: <reason>; not yet: <part>',
  ],
  [
    'a status that nobody knows',
    ['| 1.13b.1 | a | later: x |'],
    'line 7: "later: x" is none of: same; differs: <reason>; not yet: <part>',
  ],
  [
    'a reason for what is the same',
    ['| 1.13b.1 | a | same: nearly |'],
    'line 7: "same: nearly" is none of: same; differs: <reason>; not yet: <part>',
  ],
])('%s is a problem', (_, rows, problem) => {
  expect(rowsOf(page(...rows)).problems).toEqual([problem]);
});

test('the page of this repository is sound, and has rows for all of it', () => {
  const { rows, problems } = rowsOf(readFileSync(join(root, 'docs', 'parity.md'), 'utf8'));
  expect(problems).toEqual([]);
  expect(rows.length).toBeGreaterThanOrEqual(592);
});
