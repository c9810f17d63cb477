import type { Clock, Logger, Registry } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { Backend, CloseReason } from '../backend.ts';
import { reroot } from '../define-kind.ts';
import type { CredentialCache } from '../credentials/credential-cache.ts';
import { Accounts } from './accounts.ts';
import type { ApiCallCounter } from './api-call-metrics.ts';
import { AuthorFaults } from './author-faults.ts';
import { BackendMetrics } from './backend-metrics.ts';
import { BackendCapacity, type BackendLimits } from './backend-capacity.ts';
import { Closings } from './closings.ts';
import { type BackendKey, type PooledBackend, backendIdOf, configIdOf, openPooledBackend } from './pooled-backend.ts';
import { HungOpenings } from './hung-openings.ts';
import type { OpenBackend } from './open-backend.ts';
import type { AmbientPolicy } from '../stores/ambient-credentials.ts';
import { RequesterNeeded } from './requester-needed.ts';
import { isSeenBySession } from './session.ts';

/** What every backend of the process shares, and how many there may be. */
export interface BackendPoolOptions {
  readonly credentials: Pick<CredentialCache, 'reader'>;
  readonly apiCalls: ApiCallCounter;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly limits?: Partial<BackendLimits>;
  /** Values of the provider's own flags. Default none. */
  readonly flags?: Readonly<Record<string, unknown>>;
  /** Who may log in as the provider's own pod. Default nobody. */
  readonly ambient?: AmbientPolicy;
}

/** The use of a backend by one call. */
export interface BackendLease {
  readonly backend: Backend;
  /** Aborts when later calls get another backend: long uses have to end. */
  readonly retired: AbortSignal;
  /** Ends the use. More than once is once. */
  release(): void;
  /** Makes later calls open the backend anew, with credentials that are read anew. */
  discard(): void;
  /** Whether something of the config depends on who asks, and nobody does. */
  needsRequester(): boolean;
  /** Tells how the call failed: when the credentials were rejected, later calls open the backend anew, but not all the time. */
  failed(error: unknown): void;
}

interface Use {
  readonly entry: PooledBackend;
  readonly opened: Promise<OpenBackend>;
}

/** A backend that nobody used for this long belongs, most likely, to a config object that is gone. */
const IDLE_MS = 600_000;
/** A call whose caller has gone is waited for this long, milliseconds, before its backend is taken for unused. */
const LEFT_BEHIND_MS = 5_000;
const NOBODY: AmbientPolicy = { clusterStores: false, stores: false };

/**
 * Open backends, one for each version of a config object and scope of credentials. A login happens once for many calls,
 * and again after a change of the config object or a refusal of the credentials. A backend is closed when its last call ends.
 */
export class BackendPool {
  readonly #options: BackendPoolOptions;
  readonly #faults: AuthorFaults;
  readonly #accounts: Accounts;
  readonly #capacity: BackendCapacity;
  readonly #closings: Closings;
  readonly #hung: HungOpenings;
  /** What calls are given, by id; who was used last stands last. */
  readonly #entries = new Map<string, PooledBackend>();
  /** Those and the ones that are only waiting for their last call to end. */
  readonly #live = new Set<PooledBackend>();
  /** Those and the ones that are being closed. */
  readonly #unclosed = new Set<PooledBackend>();
  #isClosed = false;

  constructor(options: BackendPoolOptions) {
    const { clock, logger, registry } = options;
    this.#options = options;
    this.#faults = new AuthorFaults(registry);
    const metrics = new BackendMetrics(registry, () => ({
      open: this.#live.size,
      closing: this.#closings.size,
      hung: this.#hung.size,
    }));
    this.#capacity = new BackendCapacity(options.limits);
    this.#closings = new Closings({ clock, faults: this.#faults, metrics });
    this.#hung = new HungOpenings(clock);
    this.#accounts = new Accounts({ credentials: options.credentials, clock, logger, faults: this.#faults, metrics });
  }

  /**
   * Runs `use` with a lease, tells the pool how it failed, and ends the lease.
   * @throws ProviderError as `lease`, or what `use` throws; its field as the user wrote it, wherever the config stands;
   * RequesterNeeded, whatever the author made of it, where something depends on who asks and nobody does.
   */
  async use<T>(key: BackendKey, signal: AbortSignal, use: (lease: BackendLease) => Promise<T>): Promise<T> {
    try {
      const lease = await this.lease(key, signal);
      try {
        const answer = await use(lease);
        if (lease.needsRequester()) throw new RequesterNeeded();
        return answer;
      } catch (error) {
        if (lease.needsRequester()) throw new RequesterNeeded();
        lease.failed(error);
        throw error;
      } finally {
        lease.release();
      }
    } catch (error) {
      throw error instanceof ProviderError && error.field !== undefined
        ? error.at(reroot(error.field, key.kind.at('')))
        : error;
    }
  }

  /**
   * Opens the backend, or joins the one that is open. When `signal` aborts and the lease is not released, it ends by itself
   * five seconds later.
   * @throws ProviderError CONFIG_INVALID, or what the provider's `open` throws; what it threw before, while a rejection of the
   * credentials is remembered; PROVIDER_BUSY when too many are open; TIMEOUT; the reason of `signal`. RequesterNeeded: see `use`.
   */
  async lease(key: BackendKey, signal: AbortSignal): Promise<BackendLease> {
    const { entry, opened } = await this.#acquire(key, signal);
    let isHeld = true;
    const release = (): void => {
      if (!isHeld) return;
      isHeld = false;
      this.#release(entry);
    };
    try {
      const backend = await opened;
      let cancelRelease = (): void => undefined;
      const leftBehind = (): void => {
        cancelRelease = this.#options.clock.schedule(LEFT_BEHIND_MS, release);
      };
      if (signal.aborted) leftBehind();
      else signal.addEventListener('abort', leftBehind, { once: true });
      return {
        backend: backend.calls,
        retired: entry.retired.signal,
        release: () => {
          signal.removeEventListener('abort', leftBehind);
          cancelRelease();
          release();
        },
        discard: () => this.#discard(entry),
        needsRequester: () => entry.account.credentials.needsRequester === true,
        failed: (error) => this.#failed(entry, error),
      };
    } catch (error) {
      release();
      throw entry.account.credentials.needsRequester ? new RequesterNeeded() : error;
    }
  }

  /**
   * Closes every backend, those that are in use when their last call ends, or halfway through the time.
   * @param timeoutMs longest that it takes.
   */
  async close(timeoutMs: number): Promise<void> {
    const { clock } = this.#options;
    this.#isClosed = true;
    for (const entry of [...this.#entries.values()]) this.#evict(entry, 'shutdown');
    const cancelHalfway = clock.schedule(timeoutMs / 2, () => {
      for (const entry of [...this.#live]) this.#startClosing(entry);
    });
    const patience = new AbortController();
    await Promise.race([
      Promise.all([...this.#unclosed].map(({ closed }) => closed.promise)),
      clock.sleep(timeoutMs, patience.signal).catch(() => undefined),
    ]);
    patience.abort();
    cancelHalfway();
    this.#closings.hurry();
    this.#accounts.close();
    this.#hung.close();
  }

  /** The entry to use, with one more user, who waits for it already: an opening that nobody waits for is given up. */
  async #acquire(key: BackendKey, signal: AbortSignal): Promise<Use> {
    const id = backendIdOf(key);
    const { generation } = key.config.source;
    for (;;) {
      signal.throwIfAborted();
      if (this.#hasStopped()) throw stopping();
      const known = this.#entries.get(id);
      if (known && known.generation < generation) {
        this.#evict(known, 'replaced');
        continue;
      }
      const memory = known ? known.suspect && known.account.calls : this.#accounts.find(id, generation)?.openings;
      if (memory && memory.isStanding) {
        const standing = await memory.standing();
        // While that was found out, everything may have changed.
        if (this.#hasStopped() || signal.aborted || this.#entries.get(id) !== known) continue;
        if (standing && !known)
          throw this.#accounts.find(id, generation)?.credentials.needsRequester ? new RequesterNeeded() : standing;
        if (standing && known) return this.#join(known, signal);
      }
      if (known && !known.suspect) return this.#join(known, signal);
      if (known) this.#discard(known);
      const opened = this.#open(key);
      opened.isTrial = known !== undefined;
      return this.#join(opened, signal);
    }
  }

  #hasStopped(): boolean {
    return this.#isClosed;
  }

  #join(entry: PooledBackend, signal: AbortSignal): Use {
    entry.users += 1;
    entry.cancelIdle();
    return { entry, opened: entry.opening.join(signal) };
  }

  #release(entry: PooledBackend): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (this.#entries.get(entry.id) !== entry) {
      this.#startClosing(entry);
      return;
    }
    this.#entries.delete(entry.id);
    this.#entries.set(entry.id, entry);
    entry.cancelIdle = this.#options.clock.schedule(IDLE_MS, () => this.#evict(entry, 'idle'));
  }

  #open(key: BackendKey): PooledBackend {
    const { apiCalls, clock, flags = {}, ambient = NOBODY } = this.#options;
    const configId = configIdOf(key);
    this.#hung.check(configId);
    const victim = this.#capacity.evict(configId, { live: this.#live, known: this.#entries.values() });
    if (victim) this.#evict(victim, 'capacity');
    const entry = openPooledBackend({
      key,
      account: this.#accounts.hold(backendIdOf(key), key),
      apiCalls,
      flags,
      ambient,
      clock,
      faults: this.#faults,
      hung: this.#hung,
      // A failure is not kept: the next call tries again, with credentials that are read again.
      onFailed: (failed) => this.#discard(failed),
    });
    this.#entries.set(entry.id, entry);
    this.#live.add(entry);
    this.#unclosed.add(entry);
    return entry;
  }

  #discard(entry: PooledBackend): void {
    entry.account.credentials.invalidate();
    this.#evict(entry, 'discarded');
  }

  #failed(entry: PooledBackend, error: unknown): void {
    if (!(error instanceof ProviderError) || error.code !== 'CREDENTIALS_REJECTED' || isSeenBySession(error)) return;
    // Whoever replaces the credentials must not wait until a cache forgets the old ones.
    entry.account.credentials.invalidate();
    // Its successor is there already.
    if (this.#entries.get(entry.id) !== entry) return;
    const { calls } = entry.account;
    if (calls.isStanding || entry.isTrial) entry.suspect = true;
    else this.#evict(entry, 'discarded');
    calls.note(error);
    entry.isTrial = false;
  }

  #evict(entry: PooledBackend, reason: CloseReason): void {
    if (this.#entries.get(entry.id) !== entry) return;
    this.#entries.delete(entry.id);
    entry.reason = reason;
    entry.retired.abort();
    if (entry.users === 0) this.#startClosing(entry);
  }

  #startClosing(entry: PooledBackend): void {
    if (!this.#live.delete(entry)) return;
    entry.cancelIdle();
    entry.opening.abandon(stopping());
    const { id, generation, closed } = entry;
    void this.#closings.close(entry).then(() => {
      this.#accounts.release(id, generation);
      this.#unclosed.delete(entry);
      closed.resolve();
    });
  }
}

function stopping(): ProviderError {
  return new ProviderError('BACKEND_UNAVAILABLE', 'the provider is stopping', {
    nextStep: 'nothing: the call is repeated and reaches another process',
  });
}
