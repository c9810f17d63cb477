import { constants, type ServerHttp2Session } from 'node:http2';
import type { Clock } from '@eso/runtime';

export interface SessionsOptions {
  readonly clock: Clock;
  /** Age at which a connection is asked to go, milliseconds; each gets up to a tenth more or less. */
  readonly maxAgeMs: number;
  /** How long calls may go on after that before the connection is cut, milliseconds. */
  readonly graceMs: number;
  /** Told about each change of the number of open connections. */
  readonly onCount: (count: number) => void;
}

/** A stream id no peer reaches: "finish all you have sent, send no more" (RFC 9113 §6.8). */
export const LAST_STREAM_ID = 2 ** 31 - 1;
/** Time in which calls already under way to us when GOAWAY left are still taken. */
export const RACE_MS = 500;
const IDLE_MS = 15 * 60_000;

interface Tracked {
  retiring: boolean;
  readonly timers: Set<() => void>;
}

/** The open connections: bounded in age, so that certificates and trust are renewed, and ended in an orderly way. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<ServerHttp2Session, Tracked>();
  readonly #whenEmpty = new Set<() => void>();

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size;
  }

  /**
   * Takes over a new connection.
   * @param options.maxAgeMs another age than the usual one.
   */
  add(session: ServerHttp2Session, options: { readonly maxAgeMs?: number } = {}): void {
    const tracked: Tracked = { retiring: false, timers: new Set() };
    this.#sessions.set(session, tracked);
    this.#options.onCount(this.count);
    const jitter = 0.9 + Math.random() * 0.2;
    this.#later(tracked, (options.maxAgeMs ?? this.#options.maxAgeMs) * jitter, () => this.retire(session));
    session.setTimeout(IDLE_MS, () => this.retire(session));
    // A reset or a broken frame ends this connection and nothing else.
    session.on('error', () => session.destroy());
    session.once('close', () => this.#remove(session, tracked));
  }

  /**
   * Asks the peer to open no more calls here; what runs may finish.
   * @param graceMs time after which the connection is cut.
   */
  retire(session: ServerHttp2Session, graceMs = this.#options.graceMs): void {
    const tracked = this.#sessions.get(session);
    if (!tracked || tracked.retiring || session.destroyed) return;
    tracked.retiring = true;
    session.goaway(constants.NGHTTP2_NO_ERROR, LAST_STREAM_ID);
    this.#later(tracked, RACE_MS, () => session.close());
    this.#later(tracked, graceMs, () => session.destroy());
  }

  retireAll(): void {
    for (const session of this.#sessions.keys()) this.retire(session);
  }

  /** Resolves once no connection is open. */
  whenEmpty(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => this.#whenEmpty.add(resolve));
  }

  #later(tracked: Tracked, ms: number, run: () => void): void {
    tracked.timers.add(this.#options.clock.schedule(ms, run));
  }

  #remove(session: ServerHttp2Session, { timers }: Tracked): void {
    for (const cancel of timers) cancel();
    this.#sessions.delete(session);
    this.#options.onCount(this.count);
    if (this.count > 0) return;
    for (const resolve of this.#whenEmpty) resolve();
    this.#whenEmpty.clear();
  }
}
