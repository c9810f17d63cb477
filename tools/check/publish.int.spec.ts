import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nx } from '../nx.ts';
import { root } from '../setup.mjs';
import { packagesOf } from './packages.ts';

/** All libraries are compiled, on a machine that does other things. */
const BUILD_MS = 300_000;

const published = packagesOf(root)
  .map(({ folder }) => folder)
  .filter((folder) => folder.startsWith('libs/') && manifestOf(folder).private !== true);

function manifestOf(folder: string): { readonly private?: boolean; readonly exports?: unknown } {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as ReturnType<typeof manifestOf>;
}

beforeAll(async () => {
  let output = '';
  if ((await nx(['run-many', '-t', 'build-lib'], {}, (text) => (output += text))) !== 0) throw new Error(output);
}, BUILD_MS);

test.each(published)('npm would publish %s with all that its exports name, and without tests', (folder) => {
  const flags = ['publish', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const text = execFileSync('npm', flags, {
    cwd: join(root, folder),
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const paths = [...text.matchAll(/"path": "([^"]+)"/g)].map(([, path]) => path);
  expect(paths).toEqual(expect.arrayContaining(['package.json', 'README.md']));
  expect(paths.filter((path) => path?.includes('.spec.'))).toEqual([]);
  const named = [...JSON.stringify(manifestOf(folder).exports).matchAll(/"\.\/(dist\/[^"*]+)"/g)].map(
    ([, path]) => path,
  );
  expect(named.length).toBeGreaterThan(0);
  expect(paths).toEqual(expect.arrayContaining(named));
});
