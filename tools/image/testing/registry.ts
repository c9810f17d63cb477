/** A registry of tests: crane's own, on loopback, with its blobs in a folder. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { guardProcess, releaseProcess } from '@eso/control-plane/guard.mjs';

/** A registry that runs. */
export interface Registry {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Ends it and waits until it is gone. */
  readonly stop: () => Promise<void>;
}

/**
 * Starts one on a port that is free.
 * @param crane path of the program
 * @param folder for its blobs: `sha256/<hex>`
 * @throws Error with what it says when it ends instead
 */
export async function startRegistry(crane: string, folder: string): Promise<Registry> {
  const child = spawn(crane, ['registry', 'serve', '--address=127.0.0.1:0', `--disk=${folder}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) guardProcess(pid);
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const port = await new Promise<string>((resolve, reject) => {
    const said: string[] = [];
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the registry did not start: ${said.join('\n')}`)));
    // It is read to the end: a pipe that nobody reads would hold the registry up.
    createInterface(child.stderr).on('line', (line) => {
      said.push(line);
      const [, found] = /serving on port (\d+)/.exec(line) ?? [];
      if (found !== undefined) resolve(found);
    });
  });
  const stop = async (): Promise<void> => {
    child.kill();
    await ended;
    if (pid !== undefined) releaseProcess(pid);
  };
  return { address: `127.0.0.1:${port}`, stop };
}
