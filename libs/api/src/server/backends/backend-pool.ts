import type { Clock, Logger } from '@eso/runtime';
import { ProviderError } from '../../contract/provider-error.ts';
import type { ApiCallCounter } from './api-call-metrics.ts';
import type { Backend, CloseReason } from '../backend.ts';
import type { ConfigObject } from '../stores/config-reader.ts';
import type { CredentialCache, CredentialReader } from '../credentials/credential-reader.ts';
import type { KindDefinition } from '../definition.ts';
import { waitFor } from './expiring-cache.ts';
import { Sessions } from './session.ts';
import { SingleFlight } from './single-flight.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';

export interface BackendPoolOptions {
  readonly credentials: CredentialCache;
  readonly apiCalls: ApiCallCounter;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What a backend is opened for. Two calls that agree in all of it share one. */
export interface BackendKey {
  readonly kind: KindDefinition;
  readonly config: ConfigObject;
  readonly credentials: CredentialScope;
}

/** The use of a backend by one call. */
export interface Lease {
  readonly backend: Backend;
  /** Ends the use. Every lease is released once. */
  release(): void;
  /** Makes later calls open the backend anew, with credentials that are read anew. */
  discard(): void;
}

interface Entry {
  readonly id: string;
  readonly generation: number;
  readonly credentials: CredentialReader;
  readonly lifetime: AbortController;
  readonly opening: Promise<Backend>;
  users: number;
  reason: CloseReason;
  cancelIdle: () => void;
}

/** A backend that nobody used for this long belongs, most likely, to a config object that is gone. */
const IDLE_MS = 600_000;
/** Longest one opening may take, milliseconds. */
const OPEN_MS = 30_000;
/** Longest one closing may take, milliseconds. */
const CLOSE_MS = 10_000;

/**
 * Open backends, one for each config object, version of it, and scope of credentials. A login happens once for many calls,
 * and again after a change of the config object or a refusal of the credentials. A backend is closed when its last call ends.
 */
export class BackendPool {
  readonly #options: BackendPoolOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: BackendPoolOptions) {
    this.#options = options;
  }

  /**
   * Opens the backend, or joins the one that is open.
   * @throws ProviderError CONFIG_INVALID, or what the provider's `open` throws; the reason of `signal`.
   */
  async lease(key: BackendKey, signal: AbortSignal): Promise<Lease> {
    const entry = this.#entry(key);
    entry.users += 1;
    entry.cancelIdle();
    try {
      const backend = await waitFor(entry.opening, signal);
      return {
        backend,
        release: () => this.#release(entry),
        discard: () => {
          entry.credentials.invalidate();
          this.#remove(entry, 'discarded');
        },
      };
    } catch (error) {
      this.#release(entry);
      throw error;
    }
  }

  /** Closes every backend, now or when its last call ends. */
  close(): void {
    for (const entry of this.#entries.values()) this.#remove(entry, 'shutdown');
  }

  #entry(key: BackendKey): Entry {
    const id = identify(key);
    const { generation } = key.config.source;
    const known = this.#entries.get(id);
    if (known && known.generation >= generation) return known;
    if (known) this.#remove(known, 'replaced');
    const lifetime = new AbortController();
    const credentials = this.#options.credentials.reader(key.credentials, lifetime.signal);
    const entry: Entry = {
      id,
      generation,
      credentials,
      lifetime,
      opening: this.#open(key, credentials, lifetime.signal),
      users: 0,
      reason: 'discarded',
      cancelIdle: () => undefined,
    };
    // A failure is not kept: the next call tries again, with credentials that are read again.
    entry.opening.catch(() => {
      entry.credentials.invalidate();
      this.#remove(entry, 'discarded');
    });
    this.#entries.set(id, entry);
    return entry;
  }

  async #open({ kind, config }: BackendKey, credentials: CredentialReader, lifetime: AbortSignal): Promise<Backend> {
    const [problem] = kind.checkConfig(config.spec);
    if (problem) throw new ProviderError('CONFIG_INVALID', problem.problem, { ...problem });
    const { clock } = this.#options;
    const deadline = new AbortController();
    const cancel = clock.schedule(OPEN_MS, () => deadline.abort());
    const sessions = new Sessions(lifetime);
    const opening = kind.open({
      config: config.spec,
      source: config.source,
      credentials,
      metrics: this.#options.apiCalls.forProvider(kind.metricName),
      logger: this.#options.logger.child({
        kind: kind.kind,
        config: `${config.source.namespace}/${config.source.name}`,
      }),
      clock,
      signal: deadline.signal,
      deadlineMs: clock.monotonic() + OPEN_MS,
      lifetime,
      session: (id, options) => sessions.session(id, options),
      flights: new SingleFlight(),
    });
    return opening.finally(cancel);
  }

  #release(entry: Entry): void {
    entry.users -= 1;
    if (entry.users > 0) return;
    if (this.#entries.get(entry.id) !== entry) void this.#shut(entry);
    else entry.cancelIdle = this.#options.clock.schedule(IDLE_MS, () => this.#remove(entry, 'idle'));
  }

  #remove(entry: Entry, reason: CloseReason): void {
    if (this.#entries.get(entry.id) !== entry) return;
    this.#entries.delete(entry.id);
    entry.reason = reason;
    if (entry.users === 0) void this.#shut(entry);
  }

  async #shut(entry: Entry): Promise<void> {
    entry.cancelIdle();
    const budget = new AbortController();
    const cancel = this.#options.clock.schedule(CLOSE_MS, () => budget.abort());
    try {
      const backend = await entry.opening;
      await waitFor(Promise.resolve(backend.close?.({ signal: budget.signal, reason: entry.reason })), budget.signal);
    } catch {
      // Neither an opening nor a closing that failed is anybody's concern now.
    } finally {
      cancel();
      entry.lifetime.abort();
    }
  }
}

function identify({ kind, config, credentials }: BackendKey): string {
  return JSON.stringify([kind.apiVersion, kind.kind, config.source.uid, credentials.kind, credentials.namespace]);
}
