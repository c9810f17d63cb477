import { abortable, type Clock, Deadline, formatDuration, type Logger, SingleFlight } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { AuthorFaults } from './author-faults.ts';
import type { BackendMetrics } from './backend-metrics.ts';
import { failureFields } from '../calls/failure-log.ts';
import { fromAuthor, isToldDefect, wrongReturn } from './author-errors.ts';
import { isRejection, RejectionMemory } from './rejection-memory.ts';
import type { LoginResult, LoginSessionOptions } from './login-session-options.ts';

/** How to log in, and what the logins of one session are kept with. */
export interface LoginsOptions<S> {
  readonly how: LoginSessionOptions<S>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: AuthorFaults;
  readonly metrics: BackendMetrics;
  /** The credentials are forgotten before a login that follows a rejected one. */
  readonly credentials: { invalidate(): void };
  /** See RejectionMemoryOptions. */
  readonly revision: (() => Promise<string>) | undefined;
  /** Aborts when there will be no more logins. */
  readonly lifetime: AbortSignal;
}

/** A login in use, or past its use but not revoked yet. */
export interface Login<S> {
  readonly value: S;
  /** Instants of `clock.monotonic()`; infinite for one without a known end. */
  renewAtMs: number;
  readonly endAtMs: number;
  users: number;
  /** `dropped`: it is revoked when the last user has left. */
  state: 'live' | 'dropped' | 'revoked';
}

/** Longest one login, and one revocation, may take, milliseconds. */
const LOGIN_MS = 30_000;
const REVOKE_MS = 5_000;
/** Part of a login's life that is left when it is made anew, and at most this much, milliseconds. */
const EARLY = { part: 0.2, maxMs: 300_000 };
/** Part that is left when it is used no longer. Clocks differ, and a call takes its time. */
const LAST = { part: 0.05, maxMs: 30_000 };
/** Time to the next attempt to make a login anew early, milliseconds. */
const RENEW_AGAIN_MS = 10_000;
/** Shortest time that a login is used, milliseconds, even one that a backend's clock says is past its end. */
const MIN_LIFE_MS = 1_000;

/** The logins of one session, one after the other: made, made anew, dropped, revoked. */
export class Logins<S> {
  how: LoginSessionOptions<S>;
  readonly rejections: RejectionMemory;
  readonly #options: LoginsOptions<S>;
  readonly #flights = new SingleFlight();
  readonly #revoking = new Set<Promise<void>>();
  #current: Login<S> | undefined;
  #toldRenewal: unknown;

  constructor(options: LoginsOptions<S>) {
    this.#options = options;
    this.how = options.how;
    this.rejections = new RejectionMemory(options);
  }

  get hasLogin(): boolean {
    return this.#current !== undefined;
  }

  isCurrent(login: Login<S>): boolean {
    return this.#current === login;
  }

  /**
   * The login to use now.
   * @throws ProviderError what `login` throws, or threw as long as it is remembered; TIMEOUT; INTERNAL for a defect.
   */
  async current(signal: AbortSignal): Promise<Login<S>> {
    signal.throwIfAborted();
    const nowMs = this.#options.clock.monotonic();
    const login = this.#current;
    if (login && nowMs < login.endAtMs) {
      if (nowMs >= login.renewAtMs) this.#renew(login);
      return login;
    }
    return this.#logIn(signal);
  }

  /** Makes the next use log in anew. */
  drop(login: Login<S>): void {
    if (login.state !== 'live') return;
    if (this.#current === login) this.#current = undefined;
    login.state = 'dropped';
    this.left(login);
  }

  /** The backend did not take it: it is dropped, and the next login reads the credentials anew. */
  reject(login: Login<S>): void {
    if (login.state !== 'live') return;
    this.#options.credentials.invalidate();
    this.drop(login);
  }

  /** A user has left. */
  left(login: Login<S>): void {
    if (login.state !== 'dropped' || login.users > 0) return;
    login.state = 'revoked';
    this.#revokeLater(login.value);
  }

  end(): void {
    if (this.#current) this.drop(this.#current);
  }

  async settled(): Promise<void> {
    await Promise.all(this.#revoking);
  }

  /** The old login serves on, whatever becomes of this. */
  #renew(login: Login<S>): void {
    login.renewAtMs = Infinity;
    this.#logIn(this.#options.lifetime).catch((error: unknown) => {
      login.renewAtMs = this.#options.clock.monotonic() + RENEW_AGAIN_MS;
      this.#logFailedRenewal(error);
    });
  }

  /** No call fails because of it, so that none tells; what is held back has been told. */
  #logFailedRenewal(error: unknown): void {
    const { lifetime, logger } = this.#options;
    if (lifetime.aborted || error === this.#toldRenewal) return;
    this.#toldRenewal = error;
    const failure = ProviderError.from(error);
    if (isToldDefect(failure)) return;
    logger.warn(failureFields(failure), `login not made anew, the old one serves on: ${failure.publicMessage}`);
  }

  #logIn(signal: AbortSignal): Promise<Login<S>> {
    return this.#flights.run('login', signal, async (shared) => {
      const standing = await this.rejections.standing();
      if (standing) {
        this.#options.metrics.login('held_back');
        throw standing;
      }
      shared.throwIfAborted();
      if (!this.rejections.isEmpty) this.#options.credentials.invalidate();
      const login = this.#loginOf(await this.#attempt(shared));
      this.rejections.clear();
      const previous = this.#current;
      this.#current = login;
      if (previous) this.drop(previous);
      return login;
    });
  }

  /** One login by the author's function. A value that comes too late is revoked. */
  async #attempt(shared: AbortSignal): Promise<LoginResult<S>> {
    const { clock, faults, lifetime, logger, metrics } = this.#options;
    const tooLong = new ProviderError(
      'TIMEOUT',
      `the login to the backend did not end within ${formatDuration(LOGIN_MS)}`,
    );
    const ended = AbortSignal.any([shared, lifetime]);
    const deadline = new Deadline({ clock, ms: LOGIN_MS, signal: ended, late: () => tooLong });
    const { signal } = deadline;
    const { how } = this;
    const attempt = (async () => how.login({ signal }))();
    try {
      const result = await abortable(attempt, signal);
      const problem = loginProblem(result);
      if (problem) throw wrongReturn(faults, logger, 'login', problem);
      metrics.login('success');
      return result;
    } catch (error) {
      metrics.login(isRejection(error) ? 'rejected' : 'failed');
      if (error === tooLong) faults.record(logger, 'login', 'hung', { problem: 'did not heed its signal or its time' });
      if (signal.aborted) {
        attempt.then(
          (late) => {
            if (!loginProblem(late)) this.#revokeLater(late.value);
          },
          () => undefined,
        );
        throw error;
      }
      const failure = fromAuthor(faults, logger, 'login', error);
      if (isRejection(failure)) this.rejections.note(failure);
      throw failure;
    } finally {
      deadline.end();
    }
  }

  #loginOf({ value, expiresAtMs }: LoginResult<S>): Login<S> {
    const { clock } = this.#options;
    const lifeMs = expiresAtMs === undefined ? Infinity : Math.max(expiresAtMs - clock.now(), 0);
    const nowMs = clock.monotonic();
    const until = ({ part, maxMs }: typeof EARLY): number =>
      lifeMs === Infinity ? Infinity : nowMs + Math.max(lifeMs - Math.min(lifeMs * part, maxMs), MIN_LIFE_MS);
    return { value, renewAtMs: until(EARLY), endAtMs: until(LAST), users: 0, state: 'live' };
  }

  #revokeLater(value: S): void {
    const revoking = this.#revoke(value).finally(() => this.#revoking.delete(revoking));
    this.#revoking.add(revoking);
  }

  async #revoke(value: S): Promise<void> {
    const { clock, faults, logger } = this.#options;
    const { how } = this;
    if (!how.revoke) return;
    const deadline = new Deadline({ clock, ms: REVOKE_MS });
    const { signal } = deadline;
    try {
      await abortable((async () => how.revoke?.(value, { signal }))(), signal);
    } catch (error) {
      const fault = signal.aborted ? 'hung' : 'threw';
      faults.record(logger, 'revoke', fault, { problem: 'failed; the login stays until its end', thrown: error });
    } finally {
      deadline.end();
    }
  }
}

function loginProblem(result: unknown): string | undefined {
  if (typeof result !== 'object' || result === null || !('value' in result)) return 'no object with a value';
  const { expiresAtMs } = result as { expiresAtMs?: unknown };
  if (expiresAtMs !== undefined && !Number.isFinite(expiresAtMs))
    return 'an expiresAtMs that is no number of milliseconds';
  return undefined;
}
