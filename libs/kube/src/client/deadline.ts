import type { Clock } from '@eso/runtime';

/** A signal that aborts when nobody has extended it for a while, or when its parent aborts. */
export class Deadline {
  readonly #clock: Clock;
  #ms: number;
  readonly #parent: AbortSignal | undefined;
  readonly #controller = new AbortController();
  readonly #onParentAbort = (): void => this.#controller.abort(this.#parent?.reason);
  #extendedAt: number;
  #cancel: () => void;
  #passed = false;

  constructor(clock: Clock, ms: number, parent?: AbortSignal) {
    this.#clock = clock;
    this.#ms = ms;
    this.#parent = parent;
    this.#extendedAt = clock.monotonic();
    this.#cancel = this.#schedule(ms);
    if (parent?.aborted) this.#onParentAbort();
    else parent?.addEventListener('abort', this.#onParentAbort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it aborted because the time was over. */
  get passed(): boolean {
    return this.#passed;
  }

  /** Starts the time anew, with another length if one is given that is not shorter. Cheap: no timer is moved. */
  extend(ms = this.#ms): void {
    this.#ms = ms;
    this.#extendedAt = this.#clock.monotonic();
  }

  /** Lets go of timer and parent. */
  end(): void {
    this.#cancel();
    this.#parent?.removeEventListener('abort', this.#onParentAbort);
  }

  #schedule(ms: number): () => void {
    return this.#clock.schedule(ms, () => {
      const leftMs = this.#extendedAt + this.#ms - this.#clock.monotonic();
      if (leftMs > 0) {
        this.#cancel = this.#schedule(leftMs);
        return;
      }
      this.#passed = true;
      this.#controller.abort(new Error(`nothing came for ${this.#ms} ms`));
    });
  }
}
