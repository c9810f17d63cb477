import { ProviderError } from '@eso/api/contract';
import type { CertificateDirectory, TlsMaterial } from '@eso/api/tls';
import type { Clock } from '@eso/runtime';
import { addressKey, type ProviderAddress, type ProviderEndpoint } from './endpoint.ts';
import type { ClientMetrics, EvictionReason } from './metrics.ts';
import { Quarantine } from './quarantine.ts';
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
  /** Told what happens to connections: whether the provider is there. */
  readonly onEvidence: (evidence: 'up' | 'down') => void;
}

/** The lane of everybody who is not in quarantine. */
const COMMON = '';

/**
 * The connections to one provider: one for each of its addresses, all with the newest certificate. Tenants in quarantine have
 * connections of their own.
 */
export class SessionPool {
  readonly #options: SessionPoolOptions;
  readonly #quarantine: Quarantine;
  /** By lane, then by address. */
  readonly #lanes = new Map<string, Map<string, Session>>();
  /** Sessions that finish their calls. */
  readonly #retired = new Set<Session>();
  #endpoint: ProviderEndpoint;
  #closed = false;

  constructor(options: SessionPoolOptions) {
    this.#options = options;
    this.#endpoint = options.endpoint;
    this.#quarantine = new Quarantine({ clock: options.clock });
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
    for (const session of this.#sessions()) {
      if (nameChanged || !wanted.has(addressKey(session.address))) this.#retire(session, 'address_removed');
    }
    return nameChanged || [...wanted].some((key) => !known.has(key));
  }

  /**
   * The session for a tenant's next call: the least busy one, and one that did not just fail where there is a choice.
   * @throws ProviderError NO_CLIENT_CERTIFICATE, PROVIDER_UNREACHABLE without any address, CANCELED after close.
   */
  pick(tenant: string): Session {
    const material = this.#material();
    const lane = this.#lane(this.#quarantine.laneOf(tenant) ?? COMMON);
    const session = this.#freest(this.#endpoint.addresses.map((address) => this.#session(lane, address, material)));
    this.#countUse(session);
    return session;
  }

  /**
   * Runs one call on a connection that no other call is on.
   * @throws ProviderError as {@link pick} does; what `run` throws
   */
  async alone<T>(run: (session: Session) => Promise<T>): Promise<T> {
    const material = this.#material();
    const common = this.#lane(COMMON);
    const { address } = this.#freest(this.#endpoint.addresses.map((each) => this.#session(common, each, material)));
    const session = this.#open(address, material);
    this.#retired.add(session);
    this.#countUse(session);
    try {
      return await run(session);
    } finally {
      void session.retire().then(() => this.#retired.delete(session));
    }
  }

  /** An answer to a call of this tenant cost a connection: for a while its calls do not go over the one of everybody. */
  isolate(tenant: string): void {
    this.#quarantine.add(tenant);
    const lanes = this.#quarantine.lanes();
    for (const [name, sessions] of this.#lanes) {
      if (name === COMMON || lanes.has(name)) continue;
      for (const session of sessions.values()) this.#retire(session, 'idle_timeout');
      this.#lanes.delete(name);
    }
  }

  /** Drops a session that does not behave; the next call gets a new one. */
  replace(session: Session): void {
    this.#retire(session, 'health_check');
    void session.close();
  }

  /** Retires what does not use this certificate, or nothing any more at all. */
  certificateChanged(): void {
    const current = this.#options.certificates.current();
    for (const session of this.#sessions()) {
      if (session.material !== current) this.#retire(session, 'certificate_change');
    }
  }

  /** How many connections are up. */
  connections(): { active: number; idle: number } {
    const connected = [...this.#sessions(), ...this.#retired].filter((session) => session.isConnected);
    const active = connected.filter((session) => session.inFlight > 0).length;
    return { active, idle: connected.length - active };
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#sessions(), ...this.#retired];
    this.#lanes.clear();
    this.#retired.clear();
    await Promise.all(all.map((session) => session.close()));
  }

  #material(): TlsMaterial {
    if (this.#closed) throw new ProviderError('CANCELED', 'the connections to this provider were closed');
    const { certificates } = this.#options;
    const material = certificates.current();
    if (material) return material;
    const problem = certificates.problem() ?? 'it has not been issued yet';
    throw new ProviderError('NO_CLIENT_CERTIFICATE', `core has no client certificate: ${problem}`);
  }

  #freest(candidates: readonly Session[]): Session {
    const healthy = candidates.filter((session) => session.sinceFailureMs > AVOID_MS);
    const [first, ...others] = healthy.length > 0 ? healthy : candidates;
    if (!first) {
      throw new ProviderError('PROVIDER_UNREACHABLE', `${this.#endpoint.serverName} has no ready instance`);
    }
    // Equally busy sessions take turns by how long they have been idle.
    return others.reduce((best, other) => (isFreer(other, best) ? other : best), first);
  }

  *#sessions(): Generator<Session> {
    for (const lane of this.#lanes.values()) yield* lane.values();
  }

  #lane(name: string): Map<string, Session> {
    const known = this.#lanes.get(name);
    if (known) return known;
    const lane = new Map<string, Session>();
    this.#lanes.set(name, lane);
    return lane;
  }

  #session(lane: Map<string, Session>, address: ProviderAddress, material: TlsMaterial): Session {
    const key = addressKey(address);
    const existing = lane.get(key);
    if (existing && existing.material === material && existing.ageMs < MAX_LIFETIME_MS) return existing;
    if (existing) this.#retire(existing, existing.material === material ? 'max_lifetime' : 'certificate_change');
    const session = this.#open(address, material);
    lane.set(key, session);
    return session;
  }

  #open(address: ProviderAddress, material: TlsMaterial): Session {
    const { clock, metrics, responseBytes, onEvidence } = this.#options;
    const { id, serverName } = this.#endpoint;
    const observer: SessionObserver = {
      opened: () => onEvidence('up'),
      ended: ({ ageMs, error, idle, opened, ours, silent }) => {
        metrics.connectionClosed(id, ageMs);
        if (error !== undefined) metrics.poolUse(id, 'connection_errors');
        if (idle) metrics.evicted(id, 'idle_timeout');
        if (silent || (!opened && !ours)) onEvidence('down');
      },
    };
    return new Session({ address, serverName, material, clock, responseBytes, observer });
  }

  #retire(session: Session, reason: EvictionReason): void {
    const key = addressKey(session.address);
    const lane = [...this.#lanes.values()].find((sessions) => sessions.get(key) === session);
    if (!lane) return;
    lane.delete(key);
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
