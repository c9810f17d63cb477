import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleBytes } from './bundle-bytes.ts';

let dist: string;
beforeEach(() => (dist = mkdtempSync(join(tmpdir(), 'eso-bundle-'))));
afterEach(() => rmSync(dist, { recursive: true }));

test('a bundle is what it reads at its start, and all that is there but its maps', () => {
  mkdirSync(join(dist, 'chunks'));
  const write = (name: string, bytes: number): void => writeFileSync(join(dist, name), 'x'.repeat(bytes));
  write('main.mjs', 100);
  write('program.mjs', 1_000);
  write('program.mjs.map', 5_000);
  write('worker.mjs', 200);
  write('chunks/shared.mjs', 30);
  write('chunks/later.mjs', 4);
  const path = (name: string): string => `apps/x/dist/${name}`;
  const outputs = {
    // It loads the program by a name that the bundler does not see.
    [path('main.mjs')]: { bytes: 100, inputs: {}, imports: [] },
    [path('program.mjs')]: {
      bytes: 1_000,
      inputs: {},
      imports: [
        { path: path('chunks/shared.mjs'), kind: 'import-statement' },
        { path: path('chunks/later.mjs'), kind: 'dynamic-import' },
        { path: 'node:fs', kind: 'import-statement' },
      ],
    },
    [path('chunks/shared.mjs')]: {
      bytes: 30,
      inputs: {},
      imports: [{ path: path('program.mjs'), kind: 'import-statement' }],
    },
    [path('chunks/later.mjs')]: { bytes: 4, inputs: {}, imports: [] },
  };
  writeFileSync(join(dist, 'meta.json'), JSON.stringify({ outputs }));
  expect(bundleBytes(dist)).toEqual({ start: 1_130, all: 1_334 });
});
