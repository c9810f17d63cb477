import type { Limits } from './limits.ts';
import { LimitError } from './limits.ts';

/** Collects what a rendering writes, up to the limit. */
export class Output {
  readonly #limit: number;
  #text = '';

  constructor(limits: Limits) {
    this.#limit = limits.output;
  }

  write(bytes: string): void {
    if (this.#text.length + bytes.length > this.#limit) throw new LimitError('output', this.#limit);
    this.#text += bytes;
  }

  /** Everything written, as a byte string. */
  get text(): string {
    return this.#text;
  }
}
