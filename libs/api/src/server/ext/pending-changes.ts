import type { Change } from '../backend.ts';

/** What one message of a watch says. */
export interface Changes {
  readonly keys: string[];
  readonly anything: boolean;
}

/** Keys that wait for a caller who reads slowly; more are told as "anything". */
const MAX_KEYS = 1_000;
/** Characters of them. */
const MAX_TEXT = 64 * 1024;

/**
 * Changes between a backend that tells them and a caller that reads them. The backend never waits, a key that changes often is told
 * once, and what waits is bounded.
 */
export class PendingChanges {
  readonly #keys = new Set<string>();
  #text = 0;
  #anything = false;
  #hasBegun = false;
  #isTold = false;
  #end: { readonly error?: unknown } | undefined;
  #wake: () => void = () => undefined;

  /** The backend tells changes from now on. */
  begin(): void {
    this.#hasBegun = true;
    this.#wake();
  }

  add(change: Change): void {
    if (change === 'anything') this.#overflow();
    else if (!this.#anything) for (const key of change) this.#addKey(key);
    this.#wake();
  }

  /** Ends it, after what waits has been read; with an error, it is thrown then. The first end counts. */
  close(end: { readonly error?: unknown } = {}): void {
    this.#end ??= end;
    this.#wake();
  }

  /** Yields what there is, beginning with a message that says nothing. */
  async *read(): AsyncGenerator<Changes, void> {
    for (;;) {
      const changed = new Promise<void>((resolve) => (this.#wake = resolve));
      const next = this.#take();
      if (next) yield next;
      else if (!this.#end) await changed;
      else if ('error' in this.#end) throw this.#end.error;
      else return;
    }
  }

  #take(): Changes | undefined {
    if (!this.#hasBegun) return undefined;
    if (!this.#isTold) {
      this.#isTold = true;
      return { keys: [], anything: false };
    }
    if (this.#keys.size === 0 && !this.#anything) return undefined;
    const changes = { keys: [...this.#keys], anything: this.#anything };
    this.#forget();
    this.#anything = false;
    return changes;
  }

  #addKey(key: string): void {
    if (this.#anything || this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#text += key.length;
    if (this.#keys.size > MAX_KEYS || this.#text > MAX_TEXT) this.#overflow();
  }

  #overflow(): void {
    this.#forget();
    this.#anything = true;
  }

  #forget(): void {
    this.#keys.clear();
    this.#text = 0;
  }
}
