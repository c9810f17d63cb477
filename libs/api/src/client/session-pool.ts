import type { Clock } from '@eso/runtime';
import { ProviderError } from '../contract/index.ts';
import type { CertificateDirectory, TlsMaterial } from '../tls/index.ts';
import { addressKey, type ProviderEndpoint } from './endpoint.ts';
import type { ClientMetrics, EvictionReason } from './metrics.ts';
import { Session, type SessionObserver } from './session.ts';

/** A session takes calls for this long at most, so that load finds new instances. Milliseconds. */
const MAX_LIFETIME_MS = 30 * 60_000;
/** After a failure another instance is preferred for this long, milliseconds. */
const AVOID_MS = 5_000;

export interface SessionPoolOptions {
  readonly endpoint: ProviderEndpoint;
  readonly certificates: Pick<CertificateDirectory, 'current' | 'problem'>;
  readonly clock: Clock;
  readonly metrics: ClientMetrics;
  readonly responseBytes: number;
  readonly requestBytes: number;
}

/** The connections to one provider: one for each of its addresses, all with the newest certificate. */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #sessions = new Map<string, Session>();
  /** Sessions that finish their calls. */
  readonly #retired = new Set<Session>();
  #endpoint: ProviderEndpoint;
  #closed = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.#endpoint = options.endpoint;
  }

  /**
   * Takes over new addresses. Connections to those that are gone finish their calls.
   * @returns whether an address came that was not there before.
   */
  update(endpoint: ProviderEndpoint): boolean {
    const known = new Set(this.#endpoint.addresses.map(addressKey));
    const wanted = new Set(endpoint.addresses.map(addressKey));
    const nameChanged = endpoint.serverName !== this.#endpoint.serverName;
    this.#endpoint = endpoint;
    for (const [key, session] of this.#sessions) {
      if (nameChanged || !wanted.has(key)) this.#retire(session, 'address_removed');
    }
    return nameChanged || [...wanted].some((key) => !known.has(key));
  }

  /**
   * The session for the next call: the least busy one, and one that did not just fail where there is a choice.
   * @throws ProviderError NO_CLIENT_CERTIFICATE, PROVIDER_UNREACHABLE without any address, CANCELED after close.
   */
  pick(): Session {
    if (this.#closed) throw new ProviderError('CANCELED', 'the connections to this provider were closed');
    const material = this.#material();
    const candidates = this.#endpoint.addresses.map((address) => this.#session(address, material));
    const healthy = candidates.filter((session) => session.sinceFailureMs > AVOID_MS);
    const [first, ...others] = healthy.length > 0 ? healthy : candidates;
    if (!first) {
      throw new ProviderError('PROVIDER_UNREACHABLE', `${this.#endpoint.serverName} has no ready instance`);
    }
    // Equally busy sessions take turns by how long they have been idle.
    const session = others.reduce((best, other) => (isFreer(other, best) ? other : best), first);
    this.#countUse(session);
    return session;
  }

  /** Drops a session that does not behave; the next call gets a new one. */
  replace(session: Session): void {
    this.#retire(session, 'health_check');
    void session.close();
  }

  /** Retires what does not use this certificate, or nothing any more at all. */
  certificateChanged(): void {
    const current = this.#options.certificates.current();
    for (const session of this.#sessions.values()) {
      if (session.material !== current) this.#retire(session, 'certificate_change');
    }
  }

  /** How many connections are up. */
  connections(): { active: number; idle: number } {
    const connected = [...this.#sessions.values(), ...this.#retired].filter((session) => session.isConnected);
    const active = connected.filter((session) => session.inFlight > 0).length;
    return { active, idle: connected.length - active };
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#sessions.values(), ...this.#retired];
    this.#sessions.clear();
    this.#retired.clear();
    await Promise.all(all.map((session) => session.close()));
  }

  #material(): TlsMaterial {
    const { certificates } = this.#options;
    const material = certificates.current();
    if (material) return material;
    const problem = certificates.problem() ?? 'it has not been issued yet';
    throw new ProviderError('NO_CLIENT_CERTIFICATE', `core has no client certificate: ${problem}`);
  }

  #session(address: ProviderEndpoint['addresses'][number], material: TlsMaterial): Session {
    const key = addressKey(address);
    const existing = this.#sessions.get(key);
    if (existing && existing.material === material && existing.ageMs < MAX_LIFETIME_MS) return existing;
    if (existing) this.#retire(existing, existing.material === material ? 'max_lifetime' : 'certificate_change');
    const { clock, metrics, responseBytes, requestBytes } = this.#options;
    const { id, serverName } = this.#endpoint;
    const observer: SessionObserver = {
      ended: ({ ageMs, failed, idle }) => {
        metrics.connectionClosed(id, ageMs);
        if (failed) metrics.poolUse(id, 'connection_errors');
        if (idle) metrics.evicted(id, 'idle_timeout');
      },
    };
    const session = new Session({ address, serverName, material, clock, responseBytes, requestBytes, observer });
    this.#sessions.set(key, session);
    return session;
  }

  #retire(session: Session, reason: EvictionReason): void {
    const key = addressKey(session.address);
    if (this.#sessions.get(key) !== session) return;
    this.#sessions.delete(key);
    this.#options.metrics.evicted(this.#endpoint.id, reason);
    this.#retired.add(session);
    void session.retire().then(() => this.#retired.delete(session));
  }

  #countUse(session: Session): void {
    const { metrics } = this.#options;
    const { id } = this.#endpoint;
    metrics.poolUse(id, session.isConnected ? 'hits' : 'misses');
    if (session.isConnected && session.inFlight === 0) metrics.connectionReused(id, session.idleMs);
  }
}

function isFreer(session: Session, than: Session): boolean {
  return session.inFlight < than.inFlight || (session.inFlight === than.inFlight && session.idleMs > than.idleMs);
}
