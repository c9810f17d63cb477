import type { ErrorCode, ProviderError } from '@eso/api/contract';
import { type Counter, counterOf, type Gauge, gaugeOf, type Histogram, histogramOf, type Registry } from '@eso/runtime';
import type { CircuitState } from './circuit-breaker.ts';
import { BoundedLabel, OTHER_LABEL } from './labels.ts';

const LATENCY_SECONDS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30];
const AGE_SECONDS = [1, 10, 60, 300, 900, 1800, 3600];
const POOL = ['address', 'tls_enabled'] as const;
const CALL = ['method', 'target'] as const;

type PoolLabel = (typeof POOL)[number];
type CallLabel = (typeof CALL)[number];

/** Why a connection was given up. */
export type ConnectionEvictionReason =
  'idle_timeout' | 'max_lifetime' | 'health_check' | 'certificate_change' | 'address_removed';

/** How many connections to one endpoint are up. */
export interface ConnectionCount {
  readonly endpoint: string;
  readonly active: number;
  readonly idle: number;
}

/** What is counted on core's side of the wire. Names and labels are upstream's where it has them. */
export class ClientMetrics {
  readonly #targets = new BoundedLabel();
  readonly #age: Histogram<PoolLabel>;
  readonly #idle: Histogram<PoolLabel>;
  readonly #pool: Readonly<Record<'hits' | 'misses' | 'connection_errors', Counter<PoolLabel>>>;
  readonly #evictions: Counter<PoolLabel | 'eviction_reason'>;
  readonly #duration: Histogram<CallLabel | 'status'>;
  readonly #requests: Counter<CallLabel | 'status'>;
  readonly #errors: Counter<CallLabel | 'error_type'>;
  readonly #retries: Counter<CallLabel>;
  readonly #breaker: Gauge<'target'>;
  readonly #waiting: Gauge<'target'>;

  /** @param connections counts the connections of all endpoints, asked at each scrape. */
  constructor(registry: Registry, connections: () => Iterable<ConnectionCount>) {
    const labelsOf = (endpoint: string): Record<PoolLabel, string> => this.#poolLabels(endpoint);
    const pool = (name: string, help: string): Counter<PoolLabel> =>
      counterOf(registry, { name: `grpc_pool_${name}_total`, help, labelNames: POOL });
    const gauge = (name: string, help: string, count: (of: ConnectionCount) => number): void => {
      gaugeOf<PoolLabel>(registry, {
        name: `grpc_pool_connections_${name}`,
        help,
        labelNames: POOL,
        collect() {
          this.reset();
          for (const one of connections()) this.inc(labelsOf(one.endpoint), count(one));
        },
      });
    };
    gauge('active', 'Connections to providers with calls under way.', ({ active }) => active);
    gauge('idle', 'Connections to providers without calls.', ({ idle }) => idle);
    gauge('total', 'Connections to providers.', ({ active, idle }) => active + idle);
    this.#pool = {
      hits: pool('hits', 'Calls that found a connection.'),
      misses: pool('misses', 'Calls that had to connect.'),
      connection_errors: pool('connection_errors', 'Connections to providers that failed.'),
    };
    this.#age = histogramOf(registry, {
      name: 'grpc_connection_age_seconds',
      help: 'How long connections to providers lived.',
      labelNames: POOL,
      buckets: AGE_SECONDS,
    });
    this.#idle = histogramOf(registry, {
      name: 'grpc_connection_idle_seconds',
      help: 'How long connections to providers had been idle when they were used again.',
      labelNames: POOL,
      buckets: AGE_SECONDS,
    });
    this.#evictions = counterOf(registry, {
      name: 'grpc_pool_evictions_total',
      help: 'Connections to providers that were given up.',
      labelNames: [...POOL, 'eviction_reason'],
    });
    this.#duration = histogramOf(registry, {
      name: 'grpc_client_request_duration_seconds',
      help: 'Duration of calls to providers, retries included.',
      labelNames: [...CALL, 'status'],
      buckets: LATENCY_SECONDS,
    });
    this.#requests = counterOf(registry, {
      name: 'grpc_client_requests_total',
      help: 'Calls to providers.',
      labelNames: [...CALL, 'status'],
    });
    this.#errors = counterOf(registry, {
      name: 'grpc_client_request_errors_total',
      help: 'Calls to providers that failed.',
      labelNames: [...CALL, 'error_type'],
    });
    this.#retries = counterOf(registry, {
      name: 'grpc_client_retries_total',
      help: 'Attempts beyond the first one of a call.',
      labelNames: CALL,
    });
    this.#breaker = gaugeOf(registry, {
      name: 'grpc_client_circuit_breaker_state',
      help: 'State of the circuit breaker: 0 closed, 1 half-open, 2 open.',
      labelNames: ['target'],
    });
    this.#waiting = gaugeOf(registry, {
      name: 'grpc_client_waiting_requests',
      help: 'Calls that wait because too many are in flight at their provider.',
      labelNames: ['target'],
    });
  }

  poolUse(endpoint: string, kind: 'hits' | 'misses' | 'connection_errors'): void {
    this.#pool[kind].inc(this.#poolLabels(endpoint));
  }

  connectionClosed(endpoint: string, ageMs: number): void {
    this.#age.observe(this.#poolLabels(endpoint), ageMs / 1000);
  }

  connectionReused(endpoint: string, idleMs: number): void {
    this.#idle.observe(this.#poolLabels(endpoint), idleMs / 1000);
  }

  evicted(endpoint: string, reason: ConnectionEvictionReason): void {
    this.#evictions.inc({ ...this.#poolLabels(endpoint), eviction_reason: reason });
  }

  /** @param error why the call failed; undefined when it did not. */
  call(endpoint: string, method: string, ms: number, error: ProviderError | undefined): void {
    const labels = { method, target: this.#targets.of(endpoint) };
    const status = error === undefined ? 'success' : 'error';
    this.#duration.observe({ ...labels, status }, ms / 1000);
    this.#requests.inc({ ...labels, status });
    if (error) this.#errors.inc({ ...labels, error_type: errorType(error) });
  }

  retried(endpoint: string, method: string): void {
    this.#retries.inc({ method, target: this.#targets.of(endpoint) });
  }

  breaker(endpoint: string, state: CircuitState): void {
    this.#breaker.set({ target: this.#targets.of(endpoint) }, BREAKER_STATE[state]);
  }

  waiting(endpoint: string, count: number): void {
    this.#waiting.set({ target: this.#targets.of(endpoint) }, count);
  }

  /** Drops the gauges of an endpoint that is gone; counters stay until the process ends. */
  forget(endpoint: string): void {
    const target = this.#targets.of(endpoint);
    if (target === OTHER_LABEL) return;
    this.#breaker.remove({ target });
    this.#waiting.remove({ target });
    this.#targets.forget(endpoint);
  }

  #poolLabels(endpoint: string): Record<PoolLabel, string> {
    return { address: this.#targets.of(endpoint), tls_enabled: 'true' };
  }
}

const BREAKER_STATE = { closed: 0, halfOpen: 1, open: 2 } as const;

const ERROR_TYPES: Partial<Record<ErrorCode, string>> = {
  TIMEOUT: 'timeout',
  BACKEND_UNAVAILABLE: 'unavailable',
  CIRCUIT_OPEN: 'unavailable',
  NO_CLIENT_CERTIFICATE: 'unavailable',
  ACCESS_DENIED: 'forbidden',
  CREDENTIALS_REJECTED: 'forbidden',
  NAMESPACE_NOT_ALLOWED: 'forbidden',
  SECRET_NOT_FOUND: 'not_found',
  CLIENT_REJECTED: 'unauthorized',
};

/** Upstream's classes of errors. */
function errorType(error: ProviderError): string {
  if (error.code === 'PROVIDER_UNREACHABLE') {
    return error.publicMessage.includes('ECONNREFUSED') ? 'connection_refused' : 'unavailable';
  }
  return ERROR_TYPES[error.code] ?? 'unknown';
}
