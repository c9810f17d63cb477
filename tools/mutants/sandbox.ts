import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runCommand } from '@eso/control-plane/command.mjs';
import { root } from '../setup.mjs';
import { applied, type Mutant } from './operators.ts';
import type { Suite } from './suites.ts';

/** How a suite ended: `hung` when it had to be ended at its limit. */
export type SuiteResult = 'passed' | 'failed' | 'hung';

/** A copy of the checkout in which faults can be tried while people go on working in the original. */
export class Sandbox {
  readonly dir: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(dir: string, env: NodeJS.ProcessEnv) {
    this.dir = dir;
    this.#env = env;
  }

  /** @param env more environment for the tests, such as that of a control plane */
  static async create(dir: string, env: NodeJS.ProcessEnv): Promise<Sandbox> {
    await rm(dir, { recursive: true, force: true });
    await mkdir(dir, { recursive: true });
    for (const file of await workingFiles()) {
      await mkdir(dirname(join(dir, file)), { recursive: true });
      await cp(join(root, file), join(dir, file), { recursive: true, verbatimSymlinks: true });
    }
    // Packages are not changed by any test: links to the same files are enough, and take seconds instead of minutes.
    await runCommand('cp', ['-al', join(root, 'node_modules'), join(dir, 'node_modules')]);
    await rm(join(dir, 'node_modules', '.cache'), { recursive: true, force: true });
    return new Sandbox(dir, env);
  }

  /** Runs `work` with the fault in place, and takes it out again. */
  async with<T>(mutant: Mutant, work: () => Promise<T>): Promise<T> {
    const path = join(this.dir, mutant.file);
    const text = await readFile(path, 'utf8');
    await writeFile(path, applied(mutant, text));
    try {
      return await work();
    } finally {
      await writeFile(path, text);
    }
  }

  /** Runs a suite until its first failure, at most `limitMs` milliseconds. */
  run({ kind, project }: Suite, limitMs: number): Promise<SuiteResult> {
    const args = [join('tools', 'jest.mjs'), kind, project, '--bail=1', '--silent', '--forceExit'];
    const child = spawn(process.execPath, args, {
      cwd: this.dir,
      env: { ...process.env, ...this.#env, CI: 'true' },
      stdio: 'ignore',
      detached: true,
    });
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        // The whole group: jest's workers, and what the tests have started.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        resolve('hung');
      }, limitMs);
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve(code === 0 ? 'passed' : 'failed');
      });
    });
  }
}

/** What git tracks or would track, as it is in the working tree. */
async function workingFiles(): Promise<string[]> {
  const listed = await runCommand('git', ['-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const deleted = await runCommand('git', ['-C', root, 'ls-files', '-z', '--deleted']);
  const gone = new Set(deleted.split('\0'));
  return [...new Set(listed.split('\0'))].filter((file) => file !== '' && !gone.has(file));
}
