import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from './setup.mjs';

/** Builds the bundle of every app that has changed since the last time; Nx keeps the rest. @throws Error with what was printed */
export async function bundleAll(): Promise<void> {
  const nx = join(root, 'node_modules', 'nx', 'bin', 'nx.js');
  const child = spawn(process.execPath, [nx, 'run-many', '-t', 'bundle', '--output-style=static'], {
    cwd: root,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const exit = await new Promise<number>((done) => child.once('exit', (status) => done(status ?? 1)));
  if (exit !== 0) throw new Error(`bundling failed:\n${output}`);
}
