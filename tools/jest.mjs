// Runs jest for one project: node tools/jest.mjs <unit|int|e2e|long|compat|cluster> <project root> [jest arguments]
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';

const [kind = '', root = '', ...rest] = process.argv.slice(2);
/**
 * Ends the process once the tests are through. Left to itself, Node 26 was seen to spin for ever in its own teardown (its loop of
 * closing handles) after tests that had started other processes and watched files.
 */
const END = '--forceExit';
/** Which files belong to a kind, and how they run. */
const kinds = {
  unit: [
    '--testPathIgnorePatterns=\\.(int|long)\\.spec\\.',
    '--testPathIgnorePatterns=/node_modules/',
    '--testPathIgnorePatterns=/dist/',
  ],
  // One after the other, unless a project says otherwise (--maxWorkers): several projects run beside each other.
  int: ['--testMatch=**/*.int.spec.ts', '--runInBand', '--testTimeout=120000', END],
  // Each file has a control plane of its own, and mostly waits.
  e2e: ['--maxWorkers=2', '--testTimeout=300000', '--testPathIgnorePatterns=\\.(long|compat|cluster)\\.spec\\.', END],
  // What is long by its nature as well: "npm run regress -- --long".
  long: ['--runInBand', '--testTimeout=1800000', '--testPathIgnorePatterns=\\.(compat|cluster)\\.spec\\.', END],
  // Needs the programs of another release: "npm run compat".
  compat: ['--testMatch=**/*.compat.spec.ts', '--maxWorkers=2', '--testTimeout=300000', END],
  // Needs a cluster with a node: "npm run cluster -- test".
  cluster: ['--testMatch=**/*.cluster.spec.ts', '--runInBand', '--testTimeout=300000', END],
};
/** @type {Readonly<Record<string, readonly string[]>>} */
const byName = kinds;
const own = byName[kind]?.filter(
  (option) => option !== '--runInBand' || !rest.some((arg) => arg.startsWith('--maxWorkers')),
);
if (!own || !existsSync(root)) {
  console.error('usage: node tools/jest.mjs <unit|int|e2e|long|compat|cluster> <project root> [jest arguments]');
  process.exit(2);
}
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const run = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    `--roots=${root}`,
    '--passWithNoTests',
    // First: what ends in a list of patterns would take a pattern that follows for one of its own.
    ...rest,
    ...own,
  ],
  { stdio: 'inherit' },
);
process.exit(run.status ?? 1);
