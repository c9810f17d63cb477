import type { Clock, Logger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ScopedReader } from '../credentials/credential-cache.ts';
import type { AuthorFaults } from './author-faults.ts';
import type { BackendMetrics } from './backend-metrics.ts';
import { RejectionMemory } from './rejection-memory.ts';
import { SessionScope } from './session-scope.ts';

/** What the sessions and rejections of one backend are kept with. */
export interface AccountOptions {
  /** Makes the reader of credentials, which reads until the signal aborts. */
  readonly credentials: (lifetime: AbortSignal) => ScopedReader;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly faults: AuthorFaults;
  readonly metrics: BackendMetrics;
}

/**
 * What outlives a single backend: the credentials of one version of a config object, the logins made with them, and what is
 * remembered of their rejection. Backends that are opened one after the other, because one was discarded, share it.
 */
export class Account {
  readonly credentials: ScopedReader;
  readonly sessions: SessionScope;
  /** Openings that were refused: they are not tried again as long as it stands. */
  readonly openings: RejectionMemory;
  /** Calls that were refused, outside of sessions: no backend is opened anew for them as long as it stands. */
  readonly calls: RejectionMemory;
  readonly logger: Logger;
  readonly #lifetime = new AbortController();
  #users = 0;
  #holders = 0;

  constructor({ credentials, clock, logger, faults, metrics }: AccountOptions) {
    const reader = credentials(this.#lifetime.signal);
    const revision = (): Promise<string> => reader.revision();
    this.credentials = reader;
    this.logger = logger;
    this.openings = new RejectionMemory({ clock, revision });
    this.calls = new RejectionMemory({ clock, revision });
    this.sessions = new SessionScope({
      clock,
      logger,
      faults,
      metrics,
      revision,
      credentials: reader,
      lifetime: this.#lifetime.signal,
    });
  }

  /** Whether no backend holds it. */
  get isFree(): boolean {
    return this.#holders === 0;
  }

  /** Whether it remembers nothing that matters to later calls. */
  get isForgettable(): boolean {
    return this.openings.isEmpty && this.calls.isEmpty && this.sessions.isForgettable;
  }

  /** A backend is opened with it. */
  hold(): void {
    this.#holders += 1;
    this.#users += 1;
  }

  /** A backend is about to be closed. With the last one the logins are given up. */
  async leave(): Promise<void> {
    this.#users -= 1;
    if (this.#users === 0) await this.sessions.end();
  }

  /** A backend has been closed. */
  release(): void {
    this.#holders -= 1;
  }

  /** Ends it for good: no credentials are read any more. */
  end(): void {
    this.#lifetime.abort(new ProviderError('BACKEND_UNAVAILABLE', 'the backend has been closed'));
  }
}
