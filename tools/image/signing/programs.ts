/** cosign and crane as programs that ask nobody but the registry: no transparency log, no public authority, no list of trusted ones. */
import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureCosign, type SigningTools } from '@eso/control-plane/cosign.mjs';

/** How a run ended. */
export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code. */
  readonly code: number;
}

/** Trusts no authority: who signed is known by the key alone, and cosign need not fetch whom the world trusts. */
const TRUSTED_ROOT = '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}';

const SIGN = ['--tlog-upload=false', '--yes'];

/** Both programs, with a folder for the files that they are given. */
export class SigningPrograms {
  readonly #tools: SigningTools;
  readonly #folder: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(tools: SigningTools, folder: string, env: NodeJS.ProcessEnv) {
    this.#tools = tools;
    this.#folder = folder;
    this.#env = env;
    writeFileSync(join(folder, 'trusted-root.json'), TRUSTED_ROOT);
  }

  /**
   * Finds them in the cache, or builds them.
   * @param env where cosign finds the password of a key, and both the login of a registry
   * @throws Error when they cannot be built
   */
  static async prepare(progress: (text: string) => void, env = process.env): Promise<SigningPrograms> {
    return new SigningPrograms(await ensureCosign({ progress }), mkdtempSync(join(tmpdir(), 'signing-')), env);
  }

  /** Removes the folder. */
  end(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Path of crane. */
  get crane(): string {
    return this.#tools.crane;
  }

  /** Runs `crane <args>`. */
  runCrane = (...args: readonly string[]): Promise<Ran> => this.#run('crane', args);

  /** Signs what a reference by digest stands for, and nothing below it. */
  sign = (key: string, reference: string): Promise<Ran> =>
    this.#run('cosign', ['sign', ...SIGN, `--key=${key}`, reference]);

  /** States a predicate about it, in the place of an earlier one of this type. @param predicate JSON */
  attest(key: string, reference: string, type: string, predicate: string): Promise<Ran> {
    const path = join(this.#folder, `${type}.json`);
    writeFileSync(path, predicate);
    const what = [`--type=${type}`, `--predicate=${path}`, '--replace'];
    return this.#run('cosign', ['attest', ...SIGN, `--key=${key}`, ...what, reference]);
  }

  /** Whether a signature of this key stands beside it. */
  verify = (key: string, reference: string): Promise<Ran> =>
    this.#run('cosign', ['verify', ...this.#keyAlone(key), reference]);

  /** What this key states about it: an envelope a line. */
  verifyAttestation = (key: string, reference: string, type: string): Promise<Ran> =>
    this.#run('cosign', ['verify-attestation', ...this.#keyAlone(key), `--type=${type}`, reference]);

  /** cosign with whatever arguments and this terminal. @returns its exit code */
  interactive(args: readonly string[]): number {
    return spawnSync(this.#tools.cosign, args, { stdio: 'inherit', env: this.#env }).status ?? 1;
  }

  #run(program: keyof SigningTools, args: readonly string[]): Promise<Ran> {
    return new Promise((resolve) => {
      const options = { env: this.#env, maxBuffer: 256 * 1024 * 1024 };
      execFile(this.#tools[program], args, options, (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 1) : 0;
        resolve({ stdout, stderr, code });
      });
    });
  }

  #keyAlone(key: string): string[] {
    return [`--key=${key}`, '--insecure-ignore-tlog', `--trusted-root=${join(this.#folder, 'trusted-root.json')}`];
  }
}

/** What a program gives as its reason. */
export function reasonOf({ stderr }: Ran): string {
  const lines = stderr.trim().split('\n');
  return (lines.find((line) => line.startsWith('Error: ')) ?? lines.at(-1) ?? '').replace(/^Error: /, '');
}
