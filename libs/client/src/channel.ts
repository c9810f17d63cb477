import { ProviderError } from '@eso/api/contract';
import type { CertificateDirectory, TlsMaterial } from '@eso/api/tls';
import type { Clock } from '@eso/runtime';
import { addressKey, type ProviderAddress, type ProviderEndpoint } from './endpoint.ts';
import type { ClientMetrics, ConnectionEvictionReason } from './metrics.ts';
import { Quarantine } from './quarantine.ts';
import { type ConnectionObserver, Subchannel } from './subchannel.ts';

/** A subchannel takes calls for this long at most, so that load finds new instances. Milliseconds. */
const MAX_LIFETIME_MS = 30 * 60_000;
/** After a failure another instance is preferred for this long, milliseconds. */
const AVOID_MS = 5_000;

/** Which provider, with which certificates, and how its connections are counted. */
export interface ChannelOptions {
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
export class Channel {
  readonly #options: ChannelOptions;
  readonly #quarantine: Quarantine;
  /** By lane, then by address. */
  readonly #lanes = new Map<string, Map<string, Subchannel>>();
  /** Subchannels that finish their calls. */
  readonly #retired = new Set<Subchannel>();
  #endpoint: ProviderEndpoint;
  #closed = false;

  constructor(options: ChannelOptions) {
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
    for (const subchannel of this.#all()) {
      if (nameChanged || !wanted.has(addressKey(subchannel.address))) this.#retire(subchannel, 'address_removed');
    }
    return nameChanged || [...wanted].some((key) => !known.has(key));
  }

  /**
   * The subchannel for a tenant's next call: the least busy one, and one that did not just fail where there is a choice.
   * @throws ProviderError NO_CLIENT_CERTIFICATE, PROVIDER_UNREACHABLE without any address, CANCELED after close.
   */
  pick(tenant: string): Subchannel {
    const material = this.#material();
    const lane = this.#lane(this.#quarantine.laneOf(tenant) ?? COMMON);
    const subchannel = this.#leastLoaded(
      this.#endpoint.addresses.map((address) => this.#subchannel(lane, address, material)),
    );
    this.#countUse(subchannel);
    return subchannel;
  }

  /**
   * Runs one call on a connection that no other call is on.
   * @throws ProviderError as {@link pick} does; what `run` throws
   */
  async useDedicated<T>(run: (subchannel: Subchannel) => Promise<T>): Promise<T> {
    const material = this.#material();
    const common = this.#lane(COMMON);
    const { address } = this.#leastLoaded(
      this.#endpoint.addresses.map((each) => this.#subchannel(common, each, material)),
    );
    const subchannel = this.#open(address, material);
    this.#retired.add(subchannel);
    this.#countUse(subchannel);
    try {
      return await run(subchannel);
    } finally {
      void subchannel.retire().then(() => this.#retired.delete(subchannel));
    }
  }

  /** An answer to a call of this tenant cost a connection: for a while its calls do not go over the one of everybody. */
  isolate(tenant: string): void {
    this.#quarantine.add(tenant);
    const lanes = this.#quarantine.lanes();
    for (const [name, subchannels] of this.#lanes) {
      if (name === COMMON || lanes.has(name)) continue;
      for (const subchannel of subchannels.values()) this.#retire(subchannel, 'idle_timeout');
      this.#lanes.delete(name);
    }
  }

  /** Drops a subchannel that does not behave; the next call gets a new one. */
  replace(subchannel: Subchannel): void {
    this.#retire(subchannel, 'health_check');
    void subchannel.close();
  }

  /** Retires what does not use this certificate, or nothing any more at all. */
  certificateChanged(): void {
    const current = this.#options.certificates.current();
    for (const subchannel of this.#all()) {
      if (subchannel.material !== current) this.#retire(subchannel, 'certificate_change');
    }
  }

  /** How many connections are up. */
  connections(): { active: number; idle: number } {
    const connected = [...this.#all(), ...this.#retired].filter((subchannel) => subchannel.isConnected);
    const active = connected.filter((subchannel) => subchannel.inFlight > 0).length;
    return { active, idle: connected.length - active };
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#all(), ...this.#retired];
    this.#lanes.clear();
    this.#retired.clear();
    await Promise.all(all.map((subchannel) => subchannel.close()));
  }

  #material(): TlsMaterial {
    if (this.#closed) throw new ProviderError('CANCELED', 'the connections to this provider were closed');
    const { certificates } = this.#options;
    const material = certificates.current();
    if (material) return material;
    const problem = certificates.problem() ?? 'it has not been issued yet';
    throw new ProviderError('NO_CLIENT_CERTIFICATE', `core has no client certificate: ${problem}`);
  }

  #leastLoaded(candidates: readonly Subchannel[]): Subchannel {
    const healthy = candidates.filter((subchannel) => subchannel.sinceFailureMs > AVOID_MS);
    const [first, ...others] = healthy.length > 0 ? healthy : candidates;
    if (!first) {
      throw new ProviderError('PROVIDER_UNREACHABLE', `${this.#endpoint.serverName} has no ready instance`);
    }
    // Equally busy subchannels take turns by how long they have been idle.
    return others.reduce((best, other) => (isFreer(other, best) ? other : best), first);
  }

  *#all(): Generator<Subchannel> {
    for (const lane of this.#lanes.values()) yield* lane.values();
  }

  #lane(name: string): Map<string, Subchannel> {
    const known = this.#lanes.get(name);
    if (known) return known;
    const lane = new Map<string, Subchannel>();
    this.#lanes.set(name, lane);
    return lane;
  }

  #subchannel(lane: Map<string, Subchannel>, address: ProviderAddress, material: TlsMaterial): Subchannel {
    const key = addressKey(address);
    const existing = lane.get(key);
    if (existing && existing.material === material && existing.ageMs < MAX_LIFETIME_MS) return existing;
    if (existing) this.#retire(existing, existing.material === material ? 'max_lifetime' : 'certificate_change');
    const subchannel = this.#open(address, material);
    lane.set(key, subchannel);
    return subchannel;
  }

  #open(address: ProviderAddress, material: TlsMaterial): Subchannel {
    const { clock, metrics, responseBytes, onEvidence } = this.#options;
    const { id, serverName } = this.#endpoint;
    const observer: ConnectionObserver = {
      opened: () => onEvidence('up'),
      ended: ({ ageMs, error, idle, reached, closedLocally, pingTimedOut }) => {
        metrics.connectionClosed(id, ageMs);
        if (error !== undefined) metrics.poolUse(id, 'connection_errors');
        if (idle) metrics.evicted(id, 'idle_timeout');
        if (pingTimedOut || (reached !== 'open' && !closedLocally)) onEvidence('down');
      },
    };
    return new Subchannel({ address, serverName, material, clock, responseBytes, observer });
  }

  #retire(subchannel: Subchannel, reason: ConnectionEvictionReason): void {
    const key = addressKey(subchannel.address);
    const lane = [...this.#lanes.values()].find((subchannels) => subchannels.get(key) === subchannel);
    if (!lane) return;
    lane.delete(key);
    this.#options.metrics.evicted(this.#endpoint.id, reason);
    this.#retired.add(subchannel);
    void subchannel.retire().then(() => this.#retired.delete(subchannel));
  }

  #countUse(subchannel: Subchannel): void {
    const { metrics } = this.#options;
    const { id } = this.#endpoint;
    metrics.poolUse(id, subchannel.isConnected ? 'hits' : 'misses');
    if (subchannel.isConnected && subchannel.inFlight === 0) metrics.connectionReused(id, subchannel.idleMs);
  }
}

function isFreer(subchannel: Subchannel, than: Subchannel): boolean {
  return (
    subchannel.inFlight < than.inFlight || (subchannel.inFlight === than.inFlight && subchannel.idleMs > than.idleMs)
  );
}
