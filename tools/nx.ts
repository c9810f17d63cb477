import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** Path of Nx's program; it runs on the Node that its caller runs on. */
const NX = join(root, 'node_modules', '.bin', 'nx');

/**
 * Runs `nx <args>` without its daemon and its terminal interface.
 * @param onOutput gets what is printed, as it comes
 * @returns the exit code
 */
export async function nx(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  onOutput: (text: string) => void,
): Promise<number> {
  const child = spawn(process.execPath, [NX, ...args, '--output-style=static'], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', FORCE_COLOR: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', onOutput);
  return new Promise<number>((done) => child.once('close', (code) => done(code ?? 1)));
}

/** Builds the bundle of every app that has changed since the last time; Nx keeps the rest. @throws Error with what was printed */
export async function bundleAll(): Promise<void> {
  let output = '';
  const code = await nx(['run-many', '-t', 'bundle'], {}, (text) => (output += text));
  if (code !== 0) throw new Error(`bundling failed:\n${output}`);
}
