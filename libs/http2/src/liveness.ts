import type { Clock } from '@eso/runtime';
import { SessionError } from './session-error.ts';

/** When a session on which nothing comes in is asked for a sign of life. All in milliseconds, above 0. */
export interface KeepAlive {
  /** Silence after which it is asked while streams are open. It is also how often silence is looked for. Default 2 s. */
  readonly busySilenceMs: number;
  /** Silence after which it is asked while none is: at least `busySilenceMs`. Default 10 s. */
  readonly idleSilenceMs: number;
  /** Shortest time between two pings; 0 for none but the answer to the one before. Default 10 s. */
  readonly pingIntervalMs: number;
  /** A ping that is not answered within this ends the session, unless something else came in meanwhile. Default 5 s. */
  readonly pingTimeoutMs: number;
}

/** Quick to find out, and within what Go's gRPC servers allow: a ping every 5 s when providers set it so. */
export const DEFAULT_KEEP_ALIVE: KeepAlive = {
  busySilenceMs: 2_000,
  idleSilenceMs: 10_000,
  pingIntervalMs: 10_000,
  pingTimeoutMs: 5_000,
};

/** What {@link Liveness} watches, how often it asks, and whom it notifies. */
export interface LivenessOptions {
  readonly clock: Clock;
  readonly keepAlive: KeepAlive;
  /** Whether somebody waits for an answer. */
  readonly isBusy: () => boolean;
  /** Sends a ping and calls back when it is answered. */
  readonly ping: (answered: () => void) => void;
  /** Called once when a ping was not answered. */
  readonly onSilence: (error: SessionError) => void;
}

/**
 * Finds out whether a connection still works, by what HTTP/2 makes of what comes in. Bytes alone prove nothing: after a header field of
 * more than 64 KiB Node reads on and throws away whatever comes, without a word to anybody.
 */
export class Liveness {
  readonly #options: LivenessOptions;
  /** Since it was last looked at, and since the ping that is waited for. */
  #activeSinceCheck = true;
  #activeSincePing = false;
  #quietMs = 0;
  #pingedMs = -Infinity;
  #pingPending = false;
  #cancel: () => void = () => undefined;
  #cancelPingTimeout: () => void = () => undefined;

  constructor(options: LivenessOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, keepAlive } = this.#options;
    this.#cancel();
    this.#cancel = clock.schedule(keepAlive.busySilenceMs, () => this.#check());
  }

  stop(): void {
    this.#cancel();
    this.#cancelPingTimeout();
  }

  /** Told of whatever came in. */
  recordActivity(): void {
    this.#activeSinceCheck = true;
    this.#activeSincePing = true;
  }

  /** Asks for a sign of life now, because something else hints that the peer is gone. */
  probe(): void {
    const now = this.#options.clock.monotonic();
    if (!this.#pingPending && now - this.#pingedMs >= this.#options.keepAlive.pingIntervalMs) this.#ping(now);
  }

  #check(): void {
    this.start();
    const { busySilenceMs, idleSilenceMs } = this.#options.keepAlive;
    this.#quietMs = this.#activeSinceCheck ? 0 : this.#quietMs + busySilenceMs;
    this.#activeSinceCheck = false;
    if (this.#quietMs >= (this.#options.isBusy() ? busySilenceMs : idleSilenceMs)) this.probe();
  }

  #ping(now: number): void {
    this.#pingedMs = now;
    this.#pingPending = true;
    this.#startPingTimeout();
    this.#options.ping(() => {
      this.#pingPending = false;
      this.#cancelPingTimeout();
      // The silence that is counted next begins here; to count from the next look would double the time between pings.
      this.#quietMs = 0;
    });
  }

  #startPingTimeout(): void {
    const { clock, keepAlive, onSilence } = this.#options;
    this.#activeSincePing = false;
    this.#cancelPingTimeout = clock.schedule(keepAlive.pingTimeoutMs, () => {
      if (this.#activeSincePing) {
        this.#startPingTimeout();
        return;
      }
      this.stop();
      onSilence(new SessionError('lost', `no answer to a PING within ${keepAlive.pingTimeoutMs} ms`));
    });
  }
}
