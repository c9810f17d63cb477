import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../setup.mjs';

const page = readFileSync(join(root, 'docs', 'threat-model.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| T'));

test('every line of the threat model names a file and a test, and they are there', () => {
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const [, line = '', , files = '', tests = ''] = row.split('|');
    const paths = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, path = '']) => path);
    const missing = [...paths(files), ...paths(tests)].filter((path) => !existsSync(join(root, path)));
    expect({ line, missing }).toEqual({ line, missing: [] });
    expect(paths(files).length).toBeGreaterThan(0);
    expect(paths(tests).filter((path) => /\.spec\.ts$/.test(path)).length).toBeGreaterThan(0);
  }
});
