import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { guardProcess, releaseProcess } from '@eso/control-plane/guard.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { ensureGoPeer } from './build-go.ts';
import { ensurePythonPeer } from './build-python.ts';
import type { PeerLanguage } from './peer.ts';

/** What a provider that keeps the contract is started with. */
export interface ConformingPeerOptions {
  readonly language: PeerLanguage;
  /** Directory with `tls.crt`, `tls.key` and `ca.crt`. */
  readonly certDir: string;
  /** File that says which objects and secrets there are; tools/peers/README.md says how. */
  readonly world: string;
  /** Id of the rule that it breaks. Default none. */
  readonly fault?: string;
}

/** A provider in another language that keeps the whole contract, with a backend in memory, as a process of its own. */
export class ConformingPeer {
  /** Port that it serves calls on, 127.0.0.1. */
  readonly port: number;
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;

  private constructor(child: ChildProcess, ended: Promise<void>, port: number) {
    this.#child = child;
    this.#ended = ended;
    this.port = port;
  }

  /**
   * Builds the program unless it is in the cache, runs it and waits until it serves.
   * @throws Error when it cannot be built, or with what it printed when it does not serve
   */
  static async run({ language, certDir, world, fault = '' }: ConformingPeerOptions): Promise<ConformingPeer> {
    const [program, ...rest] = await programOf(language);
    const flags = ['--listen=127.0.0.1:0', `--cert-dir=${certDir}`, `--world=${world}`, `--fault=${fault}`];
    const child = spawn(program, [...rest, ...flags], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    if (child.pid !== undefined) guardProcess(child.pid);
    const lines: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => lines.push(line));
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
    const port = await new Promise<number>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const [, number] = /^serves on .*:(\d+)$/.exec(line) ?? [];
        if (number !== undefined) resolve(Number(number));
      });
      void ended.then(() => reject(new Error(`the provider in ${language} does not serve:\n${lines.join('\n')}`)));
    });
    return new ConformingPeer(child, ended, port);
  }

  /** Tells it to stop, as a kubelet does; resolves when it has been told. */
  terminate(): Promise<void> {
    this.#child.kill('SIGTERM');
    return Promise.resolve();
  }

  /** Ends it at once. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
    if (this.#child.pid !== undefined) releaseProcess(this.#child.pid);
  }
}

/**
 * Ids of the rules that a provider in this language can break.
 * @throws as `ConformingPeer.run`
 */
export async function peerFaults(language: PeerLanguage): Promise<string[]> {
  const [program, ...rest] = await programOf(language);
  return (await runCommand(program, [...rest, '--list-faults'])).trim().split('\n').sort();
}

async function programOf(language: PeerLanguage): Promise<[string, ...string[]]> {
  if (language === 'go') return [(await ensureGoPeer()).conforming];
  const { python, conforming } = await ensurePythonPeer();
  return [python, conforming];
}
