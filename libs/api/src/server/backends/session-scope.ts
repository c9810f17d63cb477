import { ProviderError } from '../../contract/provider-error.ts';
import type { LoginsOptions } from './logins.ts';
import { LoginSession, type Session } from './session.ts';
import type { LoginSessionOptions } from './login-session-options.ts';

/** What the sessions of one backend share. */
export interface SessionScopeOptions extends Omit<LoginsOptions<never>, 'how'> {
  /** Most sessions; the one that was idle longest makes room. Default 16. */
  readonly maxSessions?: number;
}

/** The sessions of one version of a config object with one scope of credentials, by their keys. */
export class SessionScope {
  readonly #options: SessionScopeOptions;
  readonly #maxSessions: number;
  /** The one that was used last stands last. */
  readonly #sessions = new Map<string, LoginSession<never>>();
  readonly #leaving = new Set<LoginSession<never>>();

  constructor(options: SessionScopeOptions) {
    this.#options = options;
    this.#maxSessions = options.maxSessions ?? 16;
  }

  /** Whether no session remembers anything that matters to later calls. */
  get isForgettable(): boolean {
    return [...this.#sessions.values()].every((session) => session.isForgettable);
  }

  /** Logins held. */
  get logins(): number {
    return [...this.#sessions.values()].filter((session) => session.isLoggedIn).length;
  }

  /**
   * The session of `key` for one backend.
   * @param backend aborts when that backend has been closed; its handle is of no use then.
   */
  open<S>(key: string, options: LoginSessionOptions<S>, backend: AbortSignal): Session<S> {
    let known = this.#sessions.get(key) as LoginSession<S> | undefined;
    // The functions of a backend that was closed may use clients that are closed as well.
    known?.renewOptions(options);
    return {
      use: async (run, signal) => {
        if (backend.aborted) throw closed();
        known = this.#take(key, options);
        return known.use(run, signal);
      },
    };
  }

  /** Gives up all logins and revokes them, until `signal` aborts. Sessions can be used again. */
  async end(): Promise<void> {
    for (const session of this.#sessions.values()) session.end();
    await Promise.all([...this.#sessions.values(), ...this.#leaving].map((session) => session.settled()));
  }

  #take<S>(key: string, options: LoginSessionOptions<S>): LoginSession<S> {
    const known = this.#sessions.get(key);
    if (!known) this.#makeRoom();
    const session = (known as LoginSession<S> | undefined) ?? new LoginSession<S>({ ...this.#options, how: options });
    this.#sessions.delete(key);
    this.#sessions.set(key, session as LoginSession<never>);
    return session;
  }

  #makeRoom(): void {
    if (this.#sessions.size < this.#maxSessions) return;
    const idle = [...this.#sessions].find(([, session]) => session.isIdle);
    if (!idle)
      throw new ProviderError('PROVIDER_BUSY', `${this.#maxSessions} logins with these credentials are in use`, {
        nextStep: 'nothing: it is tried again; if it lasts, ask for less at once from this backend',
      });
    const [key, session] = idle;
    this.#sessions.delete(key);
    this.#leaving.add(session);
    session.end();
    void session.settled().then(() => this.#leaving.delete(session));
  }
}

function closed(): ProviderError {
  return new ProviderError('BACKEND_UNAVAILABLE', 'the backend of this call has been closed', {
    nextStep: 'nothing: the call is repeated',
  });
}
