import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { guardProcess, releaseProcess, temporaryDirectory } from '@eso/control-plane/guard.mjs';
import { root } from '../setup.mjs';
import { type JestReport, resultsOf, type TestResult } from './results.ts';

/** Path of a directory with `apps/<name>/dist` and `charts`, as @eso/testing reads it. */
export const BUNDLES_ENV = 'ESO_BUNDLES';

export interface RunOptions {
  /** Which files of the folder, and how they run: a kind of tools/jest.mjs. */
  readonly kind: 'e2e' | 'long' | 'compat';
  /** Folder below `e2e/src`. */
  readonly folder: string;
  /** Regular expression on the files' names; '' takes all. */
  readonly only: string;
  /** What the tests find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly progress: (text: string) => void;
}

/**
 * Runs tests of this checkout against some programs.
 * @throws Error with where the output is when no report came of it
 */
export async function runTests({ kind, folder, only, env, progress }: RunOptions): Promise<TestResult[]> {
  const dir = temporaryDirectory('eso-regress-');
  const [outputFile, logFile] = [join(dir, 'report.json'), join(dir, 'log')];
  const args = [
    join(root, 'tools', 'jest.mjs'),
    kind,
    'e2e',
    `--testPathPatterns=/${folder}/.*${only}`,
    '--verbose',
    '--json',
    `--outputFile=${outputFile}`,
  ];
  const inherited = Object.fromEntries(Object.entries(process.env).filter(([name]) => name !== BUNDLES_ENV));
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { ...inherited, FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  if (child.pid !== undefined) guardProcess(child.pid);
  child.stderr.pipe(createWriteStream(logFile));
  createInterface({ input: child.stderr }).on('line', (line) => {
    // jest prints each test with a mark once its file is through; everything else is in the report.
    if (/^\s+[✓✕○]|^(PASS|FAIL) /.test(line)) progress(line);
  });
  const code = await new Promise<number | null>((done, fail) => child.once('error', fail).once('close', done));
  if (child.pid !== undefined) releaseProcess(child.pid);
  try {
    return resultsOf(JSON.parse(await readFile(outputFile, 'utf8')) as JestReport, join(root, 'e2e', 'src', folder));
  } catch {
    throw new Error(
      `jest ended with ${String(code)} without a report; it printed:\n${(await readFile(logFile, 'utf8')).slice(-4_000)}`,
    );
  }
}
