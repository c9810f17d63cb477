import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';

const page = readFileSync(join(root, 'docs', 'namespace-rules.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| **R'));

interface Row {
  readonly id: string;
  readonly rule: string;
  readonly cells: readonly string[];
}

function rowOf(line: string): Row {
  const [, rule = '', ...rest] = line.split(' | ').flatMap((cell, at) => (at === 0 ? ['', cell] : [cell]));
  return { id: /R\d+/.exec(rule)?.[0] ?? '', rule, cells: rest.map((cell) => cell.replace(/ \|$/, '')) };
}

const pathsIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
const isTest = (path: string): boolean => path.endsWith('.spec.ts');

test('rows are numbered, and say something for each layer', () => {
  const parsed = rows.map(rowOf);
  expect(parsed.map(({ id }) => id)).toEqual(rows.map((_, at) => `R${at + 1}`));
  expect(parsed.length).toBeGreaterThan(15);
  for (const { id, cells } of parsed) expect([id, cells.length]).toEqual([id, 3]);
});

test.each(rows.map((line) => [rowOf(line).id, rowOf(line)] as const))(
  '%s: who decides names a file and a test, and they are there; who cannot says why',
  (_id, { rule, cells }) => {
    const isToCome = rule.includes('*to come*');
    for (const cell of cells) {
      const missing = pathsIn(cell).filter((path) => !existsSync(join(root, path)));
      expect({ cell, missing }).toEqual({ cell, missing: [] });
      if (!cell.startsWith('*decides*: ')) {
        expect(cell).toMatch(isToCome ? /^comes with / : /^\*cannot\*: \w+/);
        continue;
      }
      const [files = '', tests = ''] = cell.split(';');
      expect(pathsIn(files).filter((path) => !isTest(path)).length).toBeGreaterThan(0);
      expect(pathsIn(tests).filter(isTest)).toEqual(pathsIn(tests));
      expect(pathsIn(tests).length).toBeGreaterThan(0);
    }
    if (isToCome || rule.includes('*structural*')) return;
    expect(cells.filter((cell) => cell.startsWith('*decides*')).length).toBeGreaterThanOrEqual(2);
  },
);
