import { type Clock, systemClock } from './clock.ts';

/** How often the same thing is logged. */
export interface LogThrottleOptions {
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** How long the same thing stays unsaid after it was said, in milliseconds. Default 60,000. */
  readonly everyMs?: number;
}

/** Decides when a state that lasts is worth a line in the log: when it begins, when it changes, and once in a while after. */
export class LogThrottle {
  readonly #clock: Clock;
  readonly #everyMs: number;
  #said: { readonly what: string; readonly at: number } | undefined;

  constructor({ clock = systemClock, everyMs = 60_000 }: LogThrottleOptions = {}) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Whether `what` is to be said now; it counts as said then. */
  isDue(what: string): boolean {
    const now = this.#clock.monotonic();
    if (this.#said?.what === what && now - this.#said.at < this.#everyMs) return false;
    this.#said = { what, at: now };
    return true;
  }

  /** The state is over: the next one is news, whatever it is. @returns whether there was one */
  reset(): boolean {
    const lasted = this.#said !== undefined;
    this.#said = undefined;
    return lasted;
  }
}
