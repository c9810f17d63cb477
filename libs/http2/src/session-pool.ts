import type { Clock } from '@eso/runtime';
import { SessionError } from './session-error.ts';
import type { Http2Session } from './session.ts';

/** How a {@link SessionPool} opens sessions, and how many. */
export interface SessionPoolOptions {
  /** Begins one more session; whoever needs it waits until it is open. `signal` aborts when the pool is closed meanwhile. */
  readonly open: (signal: AbortSignal) => Http2Session | Promise<Http2Session>;
  /** Sessions that take streams at most, from 1. A further one is opened only when the peer takes no more streams on the others. */
  readonly maxSessions: number;
  readonly clock: Clock;
}

/**
 * The sessions to one peer, opened with one set of credentials. The first is opened when somebody asks for one; those that ended are
 * replaced, and those that drain finish what is on them. A pool whose peer or credentials are out of date is retired, and another one
 * takes its place.
 */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #stop = new AbortController();
  readonly #sessions = new Set<Http2Session>();
  readonly #createdMs: number;
  readonly #unused = Promise.withResolvers<undefined>();
  #opening: Promise<Http2Session> | undefined;
  #end: Promise<void> | undefined;
  #uses = 0;
  #lastUsedMs: number;
  #retired = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.#createdMs = options.clock.monotonic();
    this.#lastUsedMs = this.#createdMs;
  }

  /** Whether a session is open and takes streams. */
  get isConnected(): boolean {
    for (const session of this.#sessions) if (session.state === 'open') return true;
    return false;
  }

  /** Uses under way. */
  get uses(): number {
    return this.#uses;
  }

  /** Milliseconds since the pool was made. */
  get ageMs(): number {
    return this.#options.clock.monotonic() - this.#createdMs;
  }

  /** Milliseconds since the last use, 0 while there is one. */
  get idleMs(): number {
    return this.#uses > 0 ? 0 : this.#options.clock.monotonic() - this.#lastUsedMs;
  }

  /**
   * A session to open a stream on, the one with the fewest; all who wait for a new one share the attempt.
   * @throws SessionError of kind `connect` or `turnedAway` when none came about, `refused` when the pool was closed; what `open`
   *   throws; the reason of `signal`. Thrown, or what the promise rejects with.
   */
  acquire(signal?: AbortSignal): Http2Session | Promise<Http2Session> {
    if (this.#stop.signal.aborted) throw closed();
    let best: Http2Session | undefined;
    let open = 0;
    for (const session of this.#sessions) {
      if (session.state !== 'open') continue;
      open++;
      if (!best || session.load < best.load) best = session;
    }
    if (best && (open >= this.#options.maxSessions || !best.isSaturated)) return best;
    this.#opening ??= this.#open();
    return signal ? unlessAborted(this.#opening, signal) : this.#opening;
  }

  /**
   * Keeps the pool from ending by retirement while something runs that acquires sessions.
   * @throws SessionError of kind `refused` when the pool was retired or closed; what `run` throws
   */
  async use<T>(run: () => Promise<T>): Promise<T> {
    if (this.#retired) throw closed();
    this.#uses++;
    try {
      return await run();
    } finally {
      this.#uses--;
      this.#lastUsedMs = this.#options.clock.monotonic();
      this.#settleUse();
    }
  }

  /** Takes nothing new; its sessions end with the last use under way. Resolves when they have ended. */
  async retire(): Promise<void> {
    this.#retired = true;
    this.#settleUse();
    await this.#unused.promise;
    await this.close();
  }

  /** Ends every session and its streams at once, and opens no more. Resolves when all have ended. */
  close(): Promise<void> {
    this.#retired = true;
    this.#end ??= this.#closeAll();
    return this.#end;
  }

  #settleUse(): void {
    if (this.#retired && this.#uses === 0) this.#unused.resolve(undefined);
  }

  async #closeAll(): Promise<void> {
    this.#stop.abort(closed());
    const opening = this.#opening;
    await this.#destroyAll();
    await opening?.catch(() => undefined);
    // One whose credentials came meanwhile.
    await this.#destroyAll();
  }

  async #destroyAll(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.destroy()));
  }

  #open(): Promise<Http2Session> {
    const opening = this.#begin().finally(() => (this.#opening = undefined));
    // Whoever waits for it is told; they may all have given up.
    opening.catch(() => undefined);
    return opening;
  }

  async #begin(): Promise<Http2Session> {
    const session = await this.#options.open(this.#stop.signal);
    this.#sessions.add(session);
    void session.ended.then(() => this.#sessions.delete(session));
    await session.ready;
    return session;
  }
}

function closed(): SessionError {
  return new SessionError('refused', 'the connection was closed');
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
