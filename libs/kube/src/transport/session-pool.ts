import type { Session } from './session.ts';

export interface SessionPoolOptions {
  /** Opens one more session. */
  open: (signal: AbortSignal) => Promise<Session>;
  /** Sessions open at most. A further one is opened only when the API server takes no more streams on the others. */
  maxSessions: number;
}

/** The sessions for one purpose. Sessions that ended are replaced when somebody asks for one. */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #stop = new AbortController();
  readonly #sessions = new Set<Session>();
  #opening: Promise<Session> | undefined;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  /** Whether a session is open. */
  get connected(): boolean {
    for (const session of this.#sessions) if (session.usable) return true;
    return false;
  }

  /**
   * A session to open a stream on; all who wait for a new one share the attempt.
   * @throws TransportFailure of stage `connect`, or the reason of `signal`
   */
  acquire(signal?: AbortSignal): Session | Promise<Session> {
    const best = this.#leastLoaded();
    if (best && (!best.saturated || this.#sessions.size >= this.#options.maxSessions)) return best;
    this.#opening ??= this.#open().finally(() => (this.#opening = undefined));
    return signal ? unlessAborted(this.#opening, signal) : this.#opening;
  }

  /** Takes an ended session out. */
  remove(session: Session): void {
    this.#sessions.delete(session);
  }

  /** Ends every session at once and opens no more. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the client was closed'));
    await this.#opening?.catch(() => undefined);
    await Promise.all([...this.#sessions].map((session) => session.destroy()));
  }

  #leastLoaded(): Session | undefined {
    let best: Session | undefined;
    for (const session of this.#sessions) {
      if (session.usable && (!best || session.streams < best.streams)) best = session;
    }
    return best;
  }

  async #open(): Promise<Session> {
    const session = await this.#options.open(this.#stop.signal);
    if (this.#stop.signal.aborted) {
      await session.destroy();
      throw this.#stop.signal.reason;
    }
    this.#sessions.add(session);
    return session;
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const onAbort = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
