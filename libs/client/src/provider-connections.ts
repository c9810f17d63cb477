import { limits as contractLimits } from '@eso/api/contract';
import type { CertificateDirectory } from '@eso/api/tls';
import { type Clock, createRegistry, type Logger, type Registry, silentLogger, systemClock } from '@eso/runtime';
import { Channel } from './channel.ts';
import { EndpointCalls } from './endpoint-calls.ts';
import type { ProviderEndpoint } from './endpoint.ts';
import { ClientMetrics } from './metrics.ts';
import { EndpointClient, type ProviderClient } from './provider-client.ts';

/** Sizes that core accepts. */
export interface ClientLimits {
  /** Largest answer, bytes. Default 4 MiB, at most 64 MiB. */
  readonly responseBytes?: number;
  /** Largest request, bytes. Default 4 MiB, at most 64 MiB. */
  readonly requestBytes?: number;
}

/** What the connections to all providers share. */
export interface ProviderConnectionsOptions {
  /** Core's own certificate and what it trusts. A change takes effect with the next call. */
  readonly certificates: CertificateDirectory;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Where the metrics go. Default: nowhere. */
  readonly registry?: Registry;
  readonly limits?: ClientLimits;
  /** Budget of a call with all its waiting and retries, milliseconds. Default 30,000. */
  readonly deadlineMs?: number;
  /**
   * Calls that may be in flight at one provider; further ones wait, and only for that provider. Default 128: enough for any number
   * of workers, and half of what a provider takes on one connection. One tenant gets three quarters of them at most; a provider that
   * announces fewer streams gets no more than these at a time.
   */
  readonly maxInFlightPerEndpoint?: number;
}

const DEFAULT_MAX_IN_FLIGHT = 128;

/** All connections from core to providers. */
export class ProviderConnections {
  readonly #options: ProviderConnectionsOptions;
  readonly #clock: Clock;
  readonly #metrics: ClientMetrics;
  readonly #endpoints = new Map<string, { readonly calls: EndpointCalls; readonly client: ProviderClient }>();
  readonly #unsubscribe: () => void;

  constructor(options: ProviderConnectionsOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#metrics = new ClientMetrics(options.registry ?? createRegistry({ processMetrics: false }), () =>
      this.#connections(),
    );
    this.#unsubscribe = options.certificates.onChange(() => {
      for (const { calls } of this.#endpoints.values()) calls.pool.certificateChanged();
    });
  }

  /**
   * The client for a provider. Nothing connects before the first call. Called again with other addresses of the same id, it moves
   * the calls there; limits and breaker stay those of the id.
   */
  client(endpoint: ProviderEndpoint): ProviderClient {
    const known = this.#endpoints.get(endpoint.id);
    if (known) {
      known.calls.update(endpoint);
      return known.client;
    }
    const calls = this.#open(endpoint);
    const client = new EndpointClient(calls, this.#options.deadlineMs ?? contractLimits.callDeadlineMs);
    this.#endpoints.set(endpoint.id, { calls, client });
    return client;
  }

  /** Ends what belongs to a provider that nobody uses any more. Calls under way fail. */
  forget(id: string): void {
    const known = this.#endpoints.get(id);
    if (!known) return;
    this.#endpoints.delete(id);
    void known.calls.pool.close().then(() => this.#metrics.forget(id));
  }

  /** Ends all connections. Calls under way fail. */
  async close(): Promise<void> {
    this.#unsubscribe();
    const open = [...this.#endpoints.values()];
    this.#endpoints.clear();
    await Promise.all(open.map(({ calls }) => calls.pool.close()));
  }

  #open(endpoint: ProviderEndpoint): EndpointCalls {
    const { certificates, limits = {}, logger = silentLogger, maxInFlightPerEndpoint } = this.#options;
    const pool = new Channel({
      endpoint,
      certificates,
      clock: this.#clock,
      metrics: this.#metrics,
      responseBytes: capped(limits.responseBytes ?? contractLimits.responseBytes),
      onEvidence: (evidence) => calls.observe(evidence),
    });
    const calls: EndpointCalls = new EndpointCalls({
      endpoint,
      pool,
      clock: this.#clock,
      logger,
      metrics: this.#metrics,
      maxInFlight: Math.max(1, maxInFlightPerEndpoint ?? DEFAULT_MAX_IN_FLIGHT),
      requestBytes: capped(limits.requestBytes ?? contractLimits.requestBytes),
    });
    return calls;
  }

  *#connections(): Generator<{ endpoint: string; active: number; idle: number }> {
    for (const [endpoint, { calls }] of this.#endpoints) yield { endpoint, ...calls.pool.connections() };
  }
}

function capped(bytes: number): number {
  return Math.min(Math.max(1, bytes), contractLimits.messageBytesCap);
}
