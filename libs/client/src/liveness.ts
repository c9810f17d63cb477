import type { Clock } from '@eso/runtime';
import { WireFailure } from './wire-failure.ts';

/** A connection on which nothing comes in is asked for a sign of life after so long with and without calls, milliseconds. */
export const BUSY_SILENCE_MS = 2_000;
export const IDLE_SILENCE_MS = 10_000;
/** Shortest time between two pings, milliseconds: Go servers of providers allow one every 5 s. */
export const PING_INTERVAL_MS = 10_000;
/** A ping that is not answered within this ends the connection, milliseconds. */
export const PING_TIMEOUT_MS = 5_000;

export interface LivenessOptions {
  readonly clock: Clock;
  /** Whether somebody waits for an answer. */
  readonly isBusy: () => boolean;
  /** Sends a ping and calls back when it is answered. */
  readonly ping: (answered: () => void) => void;
  /** Called once when a ping was not answered. */
  readonly onSilence: (error: Error) => void;
}

/**
 * Finds out whether a connection still works, by what HTTP/2 makes of what comes in. Bytes alone prove nothing: after a header field of
 * more than 64 KiB Node reads on and throws away whatever comes, without a word to anybody.
 */
export class Liveness {
  readonly #options: LivenessOptions;
  /** Since it was last looked at, and since the ping that is waited for. */
  #heardSince = true;
  #heardInWait = false;
  #quietMs = 0;
  #pingedMs = -Infinity;
  #awaiting = false;
  #cancel: () => void = () => undefined;
  #cancelWait: () => void = () => undefined;

  constructor(options: LivenessOptions) {
    this.#options = options;
  }

  start(): void {
    this.#cancel();
    this.#cancel = this.#options.clock.schedule(BUSY_SILENCE_MS, () => this.#look());
  }

  stop(): void {
    this.#cancel();
    this.#cancelWait();
  }

  heard(): void {
    this.#heardSince = true;
    this.#heardInWait = true;
  }

  #look(): void {
    this.start();
    this.#quietMs = this.#heardSince ? 0 : this.#quietMs + BUSY_SILENCE_MS;
    this.#heardSince = false;
    const now = this.#options.clock.monotonic();
    const isDue = this.#quietMs >= (this.#options.isBusy() ? BUSY_SILENCE_MS : IDLE_SILENCE_MS);
    if (isDue && !this.#awaiting && now - this.#pingedMs >= PING_INTERVAL_MS) this.#ping(now);
  }

  #ping(now: number): void {
    this.#pingedMs = now;
    this.#awaiting = true;
    this.#awaitAnswer();
    this.#options.ping(() => {
      this.#awaiting = false;
      this.#cancelWait();
      this.heard();
    });
  }

  #awaitAnswer(): void {
    this.#heardInWait = false;
    this.#cancelWait = this.#options.clock.schedule(PING_TIMEOUT_MS, () => {
      if (this.#heardInWait) {
        this.#awaitAnswer();
        return;
      }
      this.stop();
      this.#options.onSilence(new WireFailure('lost', `no answer to a ping within ${PING_TIMEOUT_MS / 1000} s`));
    });
  }
}
