import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import type { TestCluster } from '@eso/testing';

const FLAGS = [
  '--enable-leader-election=false',
  '--metrics-addr=127.0.0.1:0',
  '--live-addr=127.0.0.1:0',
  '--concurrent=8',
  '--enable-push-secret-reconciler=false',
];

/** A build of External Secrets with all rights on a cluster. Its file has to be named as in its image: that is its field manager. */
export class UpstreamProcess {
  readonly #binary: string;
  readonly #cluster: TestCluster;

  constructor(binary: string, cluster: TestCluster) {
    this.#binary = binary;
    this.#cluster = cluster;
  }

  /** Runs while `work` does. @throws Error when it ends before that */
  async run(work: () => Promise<void>): Promise<void> {
    const { adminKubeconfig: KUBECONFIG, state } = this.#cluster;
    const log = join(state.dir, 'upstream.log');
    const file = openSync(log, 'a');
    const child = spawn(this.#binary, FLAGS, { env: { ...process.env, KUBECONFIG }, stdio: ['ignore', file, file] });
    const ended = once(child, 'exit');
    await Promise.race([
      work(),
      ended.then(() => {
        throw new Error(`${this.#binary} ended: see ${log}`);
      }),
    ]);
    ended.catch(() => undefined);
    child.kill('SIGTERM');
    await ended;
  }
}
