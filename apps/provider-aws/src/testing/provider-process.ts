import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { eventually } from '@eso/testing';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** What the program is started with. */
export interface ProviderProcessOptions {
  readonly kubeconfig: string;
  /** Directory with its `tls.crt`, `tls.key` and `ca.crt`. */
  readonly certDir: string;
  readonly flags?: readonly string[];
  /** Beside the environment of the tests, of which it gets no variable of AWS. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The real program, from its sources. */
export class ProviderProcess {
  /** Lines of its log. */
  readonly log: string[] = [];
  /** Ports on 127.0.0.1, once it has started. */
  port = 0;
  metricsPort = 0;
  readonly #child: ChildProcess;
  readonly #scratch: string;

  private constructor(child: ChildProcess, scratch: string) {
    this.#child = child;
    this.#scratch = scratch;
  }

  /** @throws Error when it ends before it listens */
  static async start({ kubeconfig, certDir, flags = [], env = {} }: ProviderProcessOptions): Promise<ProviderProcess> {
    const scratch = await mkdtemp(join(tmpdir(), 'provider-aws-'));
    const args = [
      '--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${scratch}`, '--conditions=@eso/source', MAIN,
      '--listen=127.0.0.1:0', '--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0', '--drain-delay=0s',
      '--loglevel=debug', `--kubeconfig=${kubeconfig}`, `--cert-dir=${certDir}`, ...flags,
    ]; // prettier-ignore
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...Object.fromEntries(inherited), ...env },
    });
    const started = new ProviderProcess(child, scratch);
    await started.#listening();
    return started;
  }

  /** What it holds in its heap, once everything that it no longer needs is gone. */
  async heap(): Promise<string> {
    this.#child.kill('SIGUSR2');
    const path = await eventually(
      async () => {
        const [name] = (await readdir(this.#scratch)).filter((file) => file.endsWith('.heapsnapshot'));
        if (name === undefined) throw new Error('there is no snapshot yet');
        const { size } = await stat(join(this.#scratch, name));
        const text = size > 0 ? await readFile(join(this.#scratch, name), 'utf8') : '';
        if (!text.trimEnd().endsWith(']}')) throw new Error('the snapshot is being written');
        return join(this.#scratch, name);
      },
      { timeoutMs: 60_000 },
    );
    return readFile(path, 'utf8');
  }

  async stop(): Promise<void> {
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await exited;
    await rm(this.#scratch, { recursive: true });
  }

  async #listening(): Promise<void> {
    const listening = Promise.withResolvers<undefined>();
    this.#child.once('exit', (code) => listening.reject(new Error(`the program ended with ${String(code)}`)));
    const lines = createInterface({ input: this.#child.stdout ?? process.stdin });
    lines.on('line', (line) => {
      this.log.push(line);
      const { msg, port = 0 } = JSON.parse(line) as { msg: string; port?: number };
      if (msg === 'serving metrics') this.metricsPort = port;
      if (msg !== 'listening') return;
      this.port = port;
      listening.resolve(undefined);
    });
    await listening.promise;
  }
}
