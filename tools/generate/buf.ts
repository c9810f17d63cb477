import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** How a run of buf ended. */
export interface BufResult {
  code: number;
  /** What it printed on both streams, one entry for each line that is not empty. */
  lines: string[];
}

/** Runs the workspace's own buf (and the plugins beside it) in a folder. It needs no network. */
export function buf(root: string, args: readonly string[], cwd = root): Promise<BufResult> {
  const bin = join(root, 'node_modules', '.bin');
  const env = { ...process.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` };
  return new Promise((done, fail) => {
    const child = spawn(join(bin, 'buf'), args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', fail);
    child.once('close', (code) => {
      done({ code: code ?? 1, lines: output.split('\n').filter((line) => line.trim() !== '') });
    });
  });
}
