import { readFile } from 'node:fs/promises';
import { type Clock, systemClock } from '@eso/runtime';
import { KubeError } from '../error.ts';

/** client-go reads it each minute, too; the kubelet renews a token at 80 % of its life. */
const MAX_AGE_MS = 60_000;

/** A bearer token in a file that somebody else renews. */
export class TokenFile {
  readonly #path: string;
  readonly #clock: Clock;
  #header = '';
  #readAt = -Infinity;
  #reading: Promise<string> | undefined;

  constructor(path: string, clock: Clock = systemClock) {
    this.#path = path;
    this.#clock = clock;
  }

  /**
   * `Bearer …`, at most a minute old. A file that cannot be read now leaves the last token in use.
   * @throws KubeError CONNECTION_CONFIG when it was never readable
   */
  header(): Promise<string> | string {
    if (this.#clock.monotonic() - this.#readAt < MAX_AGE_MS) return this.#header;
    return (this.#reading ??= this.#read().finally(() => (this.#reading = undefined)));
  }

  /** The next request reads the file again. */
  invalidate(): void {
    this.#readAt = -Infinity;
  }

  async #read(): Promise<string> {
    try {
      const token = (await readFile(this.#path, 'utf8')).trim();
      if (token === '') throw new Error('the file is empty');
      this.#header = `Bearer ${token}`;
      this.#readAt = this.#clock.monotonic();
    } catch (error) {
      if (this.#header === '') {
        throw new KubeError('CONNECTION_CONFIG', `cannot read the token file ${this.#path}`, { cause: error });
      }
    }
    return this.#header;
  }
}
