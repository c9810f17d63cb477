// Runs jest for one project: node tools/jest.mjs <unit|int|e2e> <project root> [jest arguments]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const [kind, root, ...rest] = process.argv.slice(2);
if (!['unit', 'int', 'e2e'].includes(kind ?? '') || !root || !existsSync(root)) {
  console.error('usage: node tools/jest.mjs <unit|int|e2e> <project root> [jest arguments]');
  process.exit(2);
}
const pattern = kind === 'unit' ? ['--testPathIgnorePatterns', '\\.int\\.spec\\.', '/node_modules/', '/dist/'] : [];
const match = kind === 'int' ? ['--testMatch', '**/*.int.spec.ts'] : [];
const serial = kind === 'unit' ? [] : ['--runInBand', '--testTimeout', '300000'];
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const run = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    '--roots',
    root,
    '--passWithNoTests',
  ].concat(pattern, match, serial, rest),
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);
