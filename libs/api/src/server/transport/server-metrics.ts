import { Counter, Gauge, Histogram, type Registry } from '@eso/runtime';
import { parseProviderIdentity } from '../../tls/identity.ts';
import type { TlsMaterial } from '../../tls/material.ts';

/** Buckets of upstream's histograms, seconds. */
const LATENCY_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30];

/**
 * Why something that a peer sent never became a call:
 * - `handshake`: no TLS, or none that is spoken here
 * - `protocol`: TLS, but not HTTP/2
 * - `session`: HTTP/2 frames that break its rules, or a connection that broke
 * - `method`: a request for something that is not served
 * - `timeout`: a connection without a handshake, or of a refused client, whose time was over
 * - `room`: such a connection, or an idle one, gave its place to another one
 * - `failed`: it ran into a defect of ours, which the listener outlived
 */
export type ServerRefusal = 'handshake' | 'protocol' | 'session' | 'method' | 'timeout' | 'room' | 'failed';

/** Everything a provider process counts about its gRPC side. Names and labels as upstream's, where upstream has them. */
export class ServerMetrics {
  readonly #requests: Counter<'method' | 'status'>;
  readonly #durations: Histogram<'method'>;
  readonly #connections: Gauge;
  readonly #rejections: Counter<'reason'>;
  readonly #refused: Counter<'reason'>;
  readonly #reloads: Counter<'namespace' | 'service'>;
  readonly #reloadFailures: Counter<'namespace' | 'service'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#requests = new Counter({
      name: 'grpc_server_requests_total',
      help: 'Calls answered, by method path and gRPC status',
      labelNames: ['method', 'status'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'grpc_server_request_duration_seconds',
      help: 'Time from request to answer',
      labelNames: ['method'],
      buckets: LATENCY_BUCKETS,
      registers,
    });
    this.#connections = new Gauge({
      name: 'grpc_server_active_connections',
      help: 'Open connections whose client was judged, accepted or not',
      registers,
    });
    this.#rejections = new Counter({
      name: 'eso_provider_client_rejections_total',
      help: 'Calls refused because of the client certificate, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.#refused = new Counter({
      name: 'grpc_server_refused_total',
      help: 'What peers sent that never became a call: connections, frames and requests, by reason',
      labelNames: ['reason'],
      registers,
    });
    this.#reloads = new Counter({
      name: 'eso_provider_certificate_hot_reload_total',
      help: 'Certificates that replaced another one without a restart',
      labelNames: ['namespace', 'service'],
      registers,
    });
    this.#reloadFailures = new Counter({
      name: 'eso_provider_certificate_hot_reload_failures_total',
      help: 'New certificate files that were not usable; the previous certificate stayed in use',
      labelNames: ['namespace', 'service'],
      registers,
    });
  }

  /**
   * One answered call.
   * @param method path of a method of the contract, never a path a peer made up.
   * @param status name of the gRPC status: `OK`, `NotFound`.
   */
  answered(method: string, status: string, seconds: number): void {
    this.#requests.inc({ method, status });
    this.#durations.observe({ method }, seconds);
  }

  connections(count: number): void {
    this.#connections.set(count);
  }

  clientRejected(reason: string): void {
    this.#rejections.inc({ reason });
  }

  refused(reason: ServerRefusal): void {
    this.#refused.inc({ reason });
  }

  certificateReloaded(material: TlsMaterial): void {
    this.#reloads.inc(serviceLabels(material));
  }

  certificateReloadFailed(current: TlsMaterial | undefined): void {
    this.#reloadFailures.inc(serviceLabels(current));
  }
}

/** The Service is known from the certificate itself, so no flag has to repeat it. */
function serviceLabels(material: TlsMaterial | undefined): { namespace: string; service: string } {
  for (const uri of material?.uriSans ?? []) {
    const service = parseProviderIdentity(uri);
    if (service) return service;
  }
  return { namespace: '', service: '' };
}
