/** A user's shell: bash in the checkout, with the real helm and kubectl on the path, talking to one cluster. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { ensureHelm } from '@eso/control-plane/helm.mjs';
import { root } from '../../setup.mjs';

/** For which cluster, and with which programs. */
export interface UserShellOptions {
  /** Path of the user's kubeconfig. */
  readonly kubeconfig: string;
  /** Path of kubectl. */
  readonly kubectl: string;
  /** Where a folder for the user is made, for what Helm and kubectl keep. */
  readonly dir: string;
}

/** How a command ended. */
export interface ShellResult {
  /** Exit code. */
  readonly code: number;
  /** What it printed, errors included, without Helm's remarks on symbolic links. */
  readonly output: string;
}

/** Runs commands as a page prints them. */
export class UserShell {
  readonly #env: NodeJS.ProcessEnv;

  private constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /**
   * Finds or builds Helm, and makes the user's folder.
   * @throws Error when Helm is not in the cache and cannot be built
   */
  static async prepare({ kubeconfig, kubectl, dir }: UserShellOptions): Promise<UserShell> {
    const helm = await ensureHelm({ progress: (text: string): void => void process.stderr.write(`${text}\n`) });
    const home = mkdtempSync(join(dir, 'user-'));
    const bin = join(home, 'bin');
    mkdirSync(bin);
    symlinkSync(helm, join(bin, 'helm'));
    symlinkSync(kubectl, join(bin, 'kubectl'));
    return new UserShell({
      PATH: `${bin}:${process.env['PATH'] ?? ''}`,
      HOME: home,
      KUBECONFIG: kubeconfig,
      KUBECACHEDIR: join(home, 'kubectl'),
      HELM_CACHE_HOME: join(home, 'helm'),
      HELM_CONFIG_HOME: join(home, 'helm'),
      HELM_DATA_HOME: join(home, 'helm'),
    });
  }

  /** Runs commands one after the other, up to the first that fails. */
  try(commands: string): Promise<ShellResult> {
    return new Promise((resolve) => {
      const options = { cwd: root, env: this.#env, maxBuffer: 64 * 1024 * 1024 };
      execFile('bash', ['-eo', 'pipefail', '-c', commands], options, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ code, output: (stdout + stderr).replace(/^.*found symbolic link in path.*\n/gm, '') });
      });
    });
  }

  /** The same. @returns what was printed @throws Error with the commands and what they printed, when one fails */
  async run(commands: string): Promise<string> {
    const { code, output } = await this.try(commands);
    if (code !== 0) throw new Error(`exit code ${code} of\n${commands}\n${output}`);
    return output;
  }
}
