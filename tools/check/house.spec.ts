import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Bounds, measureHouse, overBounds, ratchet, readBounds, summary } from './house.ts';
import { root } from '../setup.mjs';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'house-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries({
    'package.json': '{"workspaces":["libs/*","apps/*","tools"]}',
    ...files,
  })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const figures = (): Record<string, unknown> =>
  Object.fromEntries(Object.entries(measureHouse(folder)).map(([key, { places }]) => [key, places]));

test('each figure names its places, and specs, generated code and tables of cases are in none', () => {
  const long = `/** Long. */\nexport function long() {\n${'  work();\n'.repeat(20)}}\n`;
  write({
    'libs/a/package.json': '{"name":"@x/a"}',
    'libs/a/src/one.ts': `import './two.ts';\n/** One. */\nexport class Session {}\n`,
    'libs/a/src/two.ts': `import type { Session } from './one.ts';\nexport type Pool = Session;\n`,
    'libs/a/src/two.spec.ts': long,
    'libs/a/src/gen/three.ts': long,
    'tools/package.json': '{"name":"@x/tools"}',
    'tools/cases/table.ts': long,
    'tools/run.ts': 'export function go() {\n  work();\n}\n',
    'apps/b/package.json': '{"name":"@x/b"}',
    'apps/b/src/main.ts': '/** Two. */\nexport interface Session {}\n',
  });
  expect(figures()).toEqual({
    longestFunction: ['tools/run.ts:1 go, 3 lines'],
    longestFile: [
      'libs/a/src/one.ts, 3 lines',
      'tools/run.ts, 3 lines',
      'apps/b/src/main.ts, 2 lines',
      'libs/a/src/two.ts, 2 lines',
    ],
    importCircles: ['libs/a/src/one.ts → libs/a/src/two.ts → libs/a/src/one.ts'],
    namesWithTwoMeanings: ['Session: apps/b/src/main.ts:2, libs/a/src/one.ts:3'],
    undocumentedExports: ['libs/a/src/two.ts:2 Pool'],
  });
});

test('two apps may use one name, one app may not use it twice', () => {
  const kinds = '/** Kinds. */\nexport const kinds = [];\n';
  write({
    'apps/a/package.json': '{}',
    'apps/a/src/kinds.ts': kinds,
    'apps/b/package.json': '{}',
    'apps/b/src/kinds.ts': kinds,
  });
  expect(figures()).toMatchObject({ namesWithTwoMeanings: [] });
  write({ 'apps/b/src/again.ts': kinds });
  expect(figures()).toMatchObject({ namesWithTwoMeanings: [expect.stringMatching(/^kinds: /)] });
});

test('a figure over its bound is told; the ratchet lowers bounds and raises none', () => {
  write({ 'libs/a/package.json': '{}', 'libs/a/src/a.ts': 'export const a = 1;\nexport const b = 2;\n' });
  const house = measureHouse(folder);
  const bounds: Bounds = {
    longestFunction: 9,
    longestFile: 2,
    importCircles: 0,
    namesWithTwoMeanings: 0,
    undocumentedExports: 1,
  };
  expect(overBounds(house, bounds)).toEqual(['exports without a comment: 2, and tools/check/house.json allows 1']);
  expect(ratchet(house, bounds)).toEqual({ ...bounds, longestFunction: 0 });
  expect(summary(house, bounds)[0]).toContain('bound 9; --ratchet would lower it');
});

test('the committed bounds have a number for every figure', () => {
  write({});
  expect(Object.keys(readBounds(root))).toEqual(Object.keys(measureHouse(folder)));
});
