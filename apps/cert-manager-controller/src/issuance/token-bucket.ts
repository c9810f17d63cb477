import type { Clock } from '@eso/runtime';

/** How often something may happen. */
export interface Rate {
  /** In the long run; above 0. */
  readonly perMinute: number;
  /** At once, after a quiet time; at least 1. */
  readonly burst: number;
}

/** A token bucket: full at first, filled at its rate, never above its burst. */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #msPerToken: number;
  readonly #fullMs: number;
  /** What it holds, in milliseconds of filling, as of `#at`. */
  #heldMs: number;
  #at: number;

  constructor(clock: Clock, { perMinute, burst }: Rate) {
    this.#clock = clock;
    this.#msPerToken = 60_000 / perMinute;
    this.#fullMs = burst * this.#msPerToken;
    this.#heldMs = this.#fullMs;
    this.#at = clock.monotonic();
  }

  get isFull(): boolean {
    return this.#fill() >= this.#fullMs;
  }

  /** Milliseconds until there are `count` tokens; 0 when there are. */
  msUntil(count: number): number {
    return Math.max(0, Math.ceil(count * this.#msPerToken - this.#fill()));
  }

  /** Takes one. It has to be there. */
  take(): void {
    this.#heldMs = this.#fill() - this.#msPerToken;
  }

  refund(): void {
    // Above the burst it is cut at the next look.
    this.#heldMs = this.#fill() + this.#msPerToken;
  }

  #fill(): number {
    const now = this.#clock.monotonic();
    this.#heldMs = Math.min(this.#fullMs, this.#heldMs + now - this.#at);
    this.#at = now;
    return this.#heldMs;
  }
}
