/** The real Helm, for the charts of this checkout. */
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureHelm } from '@eso/control-plane/helm.mjs';
import { parseAllDocuments } from 'yaml';
import { root } from '../setup.mjs';

/** How a run of Helm ended. */
export interface HelmResult {
  readonly stdout: string;
  /** What it said beside the result, without its remarks on symbolic links. */
  readonly stderr: string;
  /** Exit code. */
  readonly code: number;
}

/** An object as a chart renders it. */
export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Where a chart of this checkout is. */
export const chartFolder = (chart: string): string => join(root, 'charts', chart);

/** Helm with a home of its own, talking to the cluster of a kubeconfig where one is given. */
export class Helm {
  readonly #program: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(program: string, env: NodeJS.ProcessEnv) {
    this.#program = program;
    this.#env = env;
  }

  /**
   * Finds or builds Helm.
   * @param kubeconfig path of one; without it whatever asks a cluster fails
   * @param home directory for what Helm keeps; default: a temporary one, which stays
   * @throws Error when Helm is not in the cache and cannot be built
   */
  static async prepare(kubeconfig?: string, home = mkdtempSync(join(tmpdir(), 'helm-'))): Promise<Helm> {
    const progress = (text: string): void => void process.stderr.write(`${text}\n`);
    const program = await ensureHelm({ progress });
    const own = { HELM_CACHE_HOME: home, HELM_CONFIG_HOME: home, HELM_DATA_HOME: home };
    return new Helm(program, { ...process.env, ...own, KUBECONFIG: kubeconfig ?? join(home, 'no-cluster') });
  }

  /** Runs `helm <args>`. */
  run(...args: readonly string[]): Promise<HelmResult> {
    return new Promise((resolve) => {
      execFile(this.#program, args, { env: this.#env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ stdout, stderr: stderr.replace(/^.*found symbolic link in path.*\n/gm, ''), code });
      });
    });
  }

  /**
   * `helm template` of a chart, installed under its own name.
   * @throws Error with what Helm says
   */
  async template(chart: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(
      'template',
      chart,
      chartFolder(chart),
      '--namespace',
      chart,
      ...args,
    );
    if (code !== 0) throw new Error(stderr);
    return stdout;
  }
}

/** The objects in what Helm has rendered. */
export function objectsOf(text: string): Rendered[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Rendered | null)
    .filter((object) => object !== null);
}
