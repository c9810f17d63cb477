import { constants, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import type { Clock } from '@eso/runtime';

/** How long connections live. */
export interface SessionsOptions {
  readonly clock: Clock;
  /** Age at which a connection is asked to go, milliseconds; each gets up to a tenth more or less. */
  readonly maxAgeMs: number;
  /** How long calls may go on after that before the connection is cut, milliseconds. */
  readonly graceMs: number;
}

/** What a session runs on. */
export interface SessionGround {
  readonly socket: Socket;
  /** Destroys the connection. Ending a session waits for the peer to close as well, which it may never do. */
  readonly cut: () => void;
}

/** A stream id no peer reaches: "finish all you have sent, send no more" (RFC 9113 §6.8). */
export const LAST_STREAM_ID = 2 ** 31 - 1;
/** Time in which calls already under way to us when GOAWAY left are still taken. */
const RACE_MS = 500;
/** Time for the peer to close its side once everything is said. */
const LINGER_MS = 2_000;
const IDLE_MS = 15 * 60_000;

interface Tracked {
  retiring: boolean;
  readonly cut: () => void;
  readonly timers: Set<() => void>;
}

/** The open connections: bounded in age, so that certificates and trust are renewed, and ended in an orderly way. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<ServerHttp2Session, Tracked>();
  readonly #whenEmpty = new Set<() => void>();
  #draining = false;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Takes over a new connection. */
  add(session: ServerHttp2Session, { socket, cut }: SessionGround): void {
    const tracked: Tracked = { retiring: false, cut, timers: new Set() };
    this.#sessions.set(session, tracked);
    const jitter = 0.9 + Math.random() * 0.2;
    this.#later(tracked, this.#options.maxAgeMs * jitter, () => this.retire(session));
    session.setTimeout(IDLE_MS, () => this.retire(session));
    // A reset or a broken frame ends this connection and nothing else.
    session.on('error', () => session.destroy());
    session.once('close', () => this.#remove(session, tracked));
    socket.once('finish', () => this.#later(tracked, LINGER_MS, cut));
    if (this.#draining) this.retire(session);
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
    this.#later(tracked, graceMs, tracked.cut);
  }

  retireAll(): void {
    for (const session of this.#sessions.keys()) this.retire(session);
  }

  /** Retires all, and those that come yet: their handshake was under way. */
  drain(): void {
    this.#draining = true;
    this.retireAll();
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
    if (this.count > 0) return;
    for (const resolve of this.#whenEmpty) resolve();
    this.#whenEmpty.clear();
  }
}
