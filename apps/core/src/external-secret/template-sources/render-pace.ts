import type { Clock } from '@eso/runtime';

/** Renders in a row, and after how long there is room for another one, in milliseconds. */
const BURST = 10;
const REFILL_MS = 10_000;

/**
 * How often one ExternalSecret may be rendered because of what it reads. Two that read each other's targets, or one that reads its own, would
 * otherwise go round for ever as fast as the cluster can write, and with each round ask the backend.
 */
export class RenderPace {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #left = BURST;
  #at: number;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
    this.#at = clock.monotonic();
  }

  /** One more was rendered, for whatever reason. */
  spend(): void {
    this.#refill();
    this.#left = Math.max(0, this.#left - 1);
  }

  /** After how long there is room for the next one, in milliseconds; 0: now. */
  waitMs(): number {
    this.#refill();
    return this.#left >= 1 ? 0 : Math.ceil((1 - this.#left) * REFILL_MS);
  }

  #refill(): void {
    const now = this.#clock.monotonic();
    this.#left = Math.min(BURST, this.#left + (now - this.#at) / REFILL_MS);
    this.#at = now;
  }
}
