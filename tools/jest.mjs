// Runs jest for one project: node tools/jest.mjs <unit|int|e2e|long|compat|cluster> <project root> [jest arguments]
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

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
/** Whatever tests and the programs that they start leave in the temporary directory goes with them: keys and certificates are among it. */
const temporary = mkdtempSync(join(tmpdir(), 'tests-'));
const run = spawnSync(
  process.execPath,
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    jest,
    `--roots=${root}`,
    `--cacheDirectory=${join(tmpdir(), 'eso-jest')}`,
    '--passWithNoTests',
    // First: what ends in a list of patterns would take a pattern that follows for one of its own.
    ...rest,
    ...own,
  ],
  { stdio: 'inherit', env: { ...process.env, TMPDIR: temporary } },
);
// The guard of a control plane may be removing its own folder there at the same moment, which rmSync takes for the end of its work.
await rm(temporary, { recursive: true, force: true, maxRetries: 10 }).catch((/** @type {unknown} */ error) => {
  console.error(`what tests left in ${temporary} stays there:`, error);
});
process.exit(run.status ?? 1);
