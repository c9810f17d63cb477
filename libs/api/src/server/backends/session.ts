import { abortable } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import { type Login, Logins, type LoginsOptions } from './logins.ts';
import { RejectionMemory } from './rejection-memory.ts';
import type { LoginSessionOptions } from './login-session-options.ts';

/**
 * A login that many calls use. It is made when it is first needed, once for all who want it at the same time, and made anew
 * when 20 % of its life (5 min at most) are left, while the old one serves on.
 *
 * A login that is rejected is remembered: until 1 s has passed, doubling up to 1 min, or the credentials have changed, all who
 * want it get the same error, and the backend is left alone.
 */
export interface Session<S> {
  /**
   * Runs `run` with the login. When `run` throws CREDENTIALS_REJECTED, there is one new login and one more run; when that did
   * not help, the login stays for as long as a rejected one would be remembered.
   * @throws what the login throws; what `run` throws; the reason of `signal`.
   */
  use<T>(run: (value: S) => Promise<T>, signal: AbortSignal): Promise<T>;
}

const seen = new WeakSet<ProviderError>();

/** Whether a session has dealt with this rejection already: nothing else needs to be opened anew for it. */
export function isSeenBySession(error: ProviderError): boolean {
  return seen.has(error);
}

/** One session of the kit. */
export class LoginSession<S> implements Session<S> {
  readonly #logins: Logins<S>;
  /** New logins that did not help: calls were rejected with them as well. */
  readonly #useless: RejectionMemory;
  #users = 0;

  constructor(options: LoginsOptions<S>) {
    this.#logins = new Logins(options);
    this.#useless = new RejectionMemory(options);
  }

  /** Whether nobody uses it now. */
  get isIdle(): boolean {
    return this.#users === 0;
  }

  /** Whether it holds a login. */
  get isLoggedIn(): boolean {
    return this.#logins.hasLogin;
  }

  /** Whether it remembers nothing that matters to later calls. */
  get isForgettable(): boolean {
    return this.#logins.rejections.isEmpty && this.#useless.isEmpty;
  }

  /** Logs in and revokes as said here from now on. */
  renewOptions(options: LoginSessionOptions<S>): void {
    this.#logins.how = options;
  }

  async use<T>(run: (value: S) => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#users += 1;
    try {
      const first = await this.#logins.current(signal);
      try {
        return await this.#runWith(first, run, signal);
      } catch (error) {
        if (!isRejectedCall(error) || !(await this.#isWorthAnother(first))) throw error;
        return await this.#runAgain(run, signal);
      }
    } catch (error) {
      if (isRejectedCall(error)) seen.add(error);
      throw error;
    } finally {
      this.#users -= 1;
    }
  }

  /** Gives up the login; it is revoked when its last user has left. It can be used again, with a new login. */
  end(): void {
    this.#logins.end();
  }

  /** Resolves when all that was to be revoked is, or could not be. */
  async settled(): Promise<void> {
    await this.#logins.settled();
  }

  /** Somebody else may have logged in since; else the login is dropped, unless new ones were of no use lately. */
  async #isWorthAnother(used: Login<S>): Promise<boolean> {
    if (this.#logins.isCurrent(used)) {
      if (await this.#useless.standing()) return false;
      this.#logins.reject(used);
    }
    return true;
  }

  async #runAgain<T>(run: (value: S) => Promise<T>, signal: AbortSignal): Promise<T> {
    const second = await this.#logins.current(signal);
    try {
      const result = await this.#runWith(second, run, signal);
      this.#useless.clear();
      return result;
    } catch (error) {
      if (isRejectedCall(error)) this.#useless.note(error);
      throw error;
    }
  }

  async #runWith<T>(login: Login<S>, run: (value: S) => Promise<T>, signal: AbortSignal): Promise<T> {
    login.users += 1;
    try {
      return await abortable((async () => run(login.value))(), signal);
    } finally {
      login.users -= 1;
      this.#logins.left(login);
    }
  }
}

function isRejectedCall(thrown: unknown): thrown is ProviderError {
  return thrown instanceof ProviderError && thrown.code === 'CREDENTIALS_REJECTED';
}
