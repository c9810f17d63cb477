import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cacheRoot } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { acquireLock } from '@eso/control-plane/lock.mjs';

/** Told what takes long. */
export type Progress = (text: string) => void;

/**
 * This machine's apt, with its sources and their keys, for one architecture, which may be another than the machine's. Lists and status
 * are its own, as if nothing were installed; of two processes, one waits for the other.
 */
export class Apt {
  readonly #architecture: string;
  readonly #dir: string;
  readonly #options: readonly string[];

  constructor(architecture: string) {
    this.#architecture = architecture;
    this.#dir = join(cacheRoot(), 'image', 'apt', architecture);
    const settings = {
      'APT::Architecture': architecture,
      'APT::Architectures': architecture,
      'APT::Sandbox::User': 'root',
      'Dir::State': this.#dir,
      'Dir::State::lists': join(this.#dir, 'lists'),
      'Dir::State::status': join(this.#dir, 'status'),
      'Dir::Cache': join(this.#dir, 'cache'),
    };
    this.#options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  /** Reads anew what there is. @throws Error when there is no apt, or its sources cannot be reached */
  async update(progress: Progress): Promise<void> {
    progress(`apt: reads what Debian has for ${this.#architecture}`);
    await this.#run('apt-get', ['--quiet', 'update'], { progress }).catch(async (cause: unknown) => {
      await rm(this.#dir, { recursive: true, force: true });
      throw new Error('the base layer needs apt of Debian 12, with its package lists reachable', { cause });
    });
  }

  /** Puts `<name>=<version>` into a folder, as it stands in the signed lists of the last update. @throws Error when it does not */
  async download(what: string, folder: string): Promise<void> {
    await this.#run('apt-get', ['--quiet', 'download', what], { cwd: folder });
  }

  /** Fields of the newest package of a name, as the lists say. @throws Error when they have none */
  async newest(name: string): Promise<(field: string) => string> {
    const text = await this.#run('apt-cache', ['show', '--no-all-versions', name]);
    return (field) => {
      const [, value] = new RegExp(`^${field}: (.*)$`, 'm').exec(text) ?? [];
      if (value === undefined) throw new Error(`apt says no ${field} of ${name}`);
      return value;
    };
  }

  async #run(command: string, args: string[], more: { cwd?: string; progress?: Progress } = {}): Promise<string> {
    await mkdir(dirname(this.#dir), { recursive: true, mode: 0o700 });
    const unlock = await acquireLock(`${this.#dir}.lock`, () =>
      more.progress?.('apt: another process is at it, waiting for it to finish'),
    );
    try {
      await mkdir(join(this.#dir, 'lists', 'partial'), { recursive: true });
      await mkdir(join(this.#dir, 'cache', 'archives', 'partial'), { recursive: true });
      await writeFile(join(this.#dir, 'status'), '');
      const env = { ...process.env, LC_ALL: 'C' };
      return await runCommand(command, [...this.#options, ...args], { env, what: 'apt', ...more });
    } finally {
      await unlock();
    }
  }
}
