import { ProviderError } from '../../contract/provider-error.ts';
import { SingleFlight } from './single-flight.ts';

/** What a login yields. */
export interface LoginResult<S> {
  readonly value: S;
  /** When the backend stops taking it, milliseconds since 1970. Absent: when it says so. */
  readonly expiresAtMs?: number;
}

/** How to log in to a backend and how to leave it. */
export interface SessionOptions<S> {
  /**
   * Logs in. Read the credentials in here, each time.
   * @param context `signal` aborts when all who wait gave up, the session ends, or the time for a login has passed.
   * @throws ProviderError CREDENTIALS_REJECTED, ACCESS_DENIED: remembered, see Session.
   */
  login(context: { readonly signal: AbortSignal }): Promise<LoginResult<S>>;
  /** Ends what a login began. Called once for each value, when nobody uses it any more. What it throws is logged. */
  revoke?(value: S, context: { readonly signal: AbortSignal }): Promise<void>;
}

/** A login that many calls use. */
export interface Session<S> {
  /**
   * Runs `run` with the login. When `run` throws CREDENTIALS_REJECTED, there is one new login and one more run.
   * @throws what the login throws; what `run` throws; the reason of `signal`.
   */
  use<T>(run: (value: S) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** The sessions of one backend. */
export class Sessions {
  readonly #lifetime: AbortSignal;
  readonly #sessions = new Map<string, Session<unknown>>();

  constructor(lifetime: AbortSignal) {
    this.#lifetime = lifetime;
  }

  session<S>(key: string, options: SessionOptions<S>): Session<S> {
    const known = this.#sessions.get(key) ?? this.#make(options);
    this.#sessions.set(key, known);
    return known as Session<S>;
  }

  #make<S>(options: SessionOptions<S>): Session<S> {
    const logins = new SingleFlight();
    let current: LoginResult<S> | undefined;
    const login = async (signal: AbortSignal): Promise<LoginResult<S>> =>
      (current ??= await logins.run('login', signal, (shared) =>
        options.login({ signal: AbortSignal.any([shared, this.#lifetime]) }),
      ));
    return {
      use: async (run, signal) => {
        const used = await login(signal);
        try {
          return await run(used.value);
        } catch (error) {
          if (!(error instanceof ProviderError) || error.code !== 'CREDENTIALS_REJECTED') throw error;
          if (current === used) current = undefined;
          return run((await login(signal)).value);
        }
      },
    };
  }
}
