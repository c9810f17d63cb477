import { isKubeError, type KubeClient, type Lease, leases } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { decide, heldLease, type LeaseTerms, observe, type ObservedLease, releasedLease } from './lease.ts';

/** What an election asks of the API server. */
export type LeaseApi = Pick<KubeClient, 'get' | 'create' | 'update'>;

export interface LeaseClaimOptions {
  readonly client: LeaseApi;
  readonly namespace: string;
  readonly name: string;
  readonly terms: LeaseTerms;
  readonly clock: Clock;
}

/** One candidate's view of the lease, and the requests with which it takes, renews and gives it back. */
export class LeaseClaim {
  readonly #options: LeaseClaimOptions;
  #observed: ObservedLease | undefined;

  constructor(options: LeaseClaimOptions) {
    this.#options = options;
  }

  /**
   * Takes or renews the lease, if it may be.
   * @returns `held` when it is ours now, `other` when somebody else's has not run out
   * @throws KubeError when it could not be read or written
   */
  async claim(signal: AbortSignal): Promise<'held' | 'other'> {
    // Our own lease is written without a look: its resource version tells whether it still is ours.
    if (!this.#ours()) return this.#lookAndWrite(signal);
    try {
      return await this.#write(signal);
    } catch (error) {
      if (!isKubeError(error, 'CONFLICT', 'NOT_FOUND')) throw error;
      // Often our own doing: a renewal whose answer never came has arrived after all.
      return this.#lookAndWrite(signal);
    }
  }

  /**
   * Gives the lease back, so that the next one need not wait for it to run out.
   * @returns whether it was ours to give back
   * @throws KubeError when that could not be written
   */
  async giveBack(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#giveBackOnce(signal);
    } catch (error) {
      if (!isKubeError(error, 'CONFLICT')) throw error;
      // A renewal that was under way when the work ended has arrived after all.
      await this.#look(signal);
      return await this.#giveBackOnce(signal);
    } finally {
      this.#observed = undefined;
    }
  }

  #ours(): boolean {
    return this.#observed?.lease.spec?.holderIdentity === this.#options.terms.identity;
  }

  async #lookAndWrite(signal: AbortSignal): Promise<'held' | 'other'> {
    await this.#look(signal);
    return this.#write(signal);
  }

  async #write(signal: AbortSignal): Promise<'held' | 'other'> {
    const { client, namespace, name, clock, terms } = this.#options;
    const move = decide(this.#observed, clock.monotonic(), terms);
    if (move === 'wait') return 'other';
    const before = this.#observed?.lease;
    const spec = heldLease(before, terms, clock.now());
    const metadata = before?.metadata ?? { namespace, name };
    const lease: Lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata, spec };
    const written =
      move === 'create'
        ? await client.create(leases, lease, { signal })
        : await client.update(leases, lease, { signal });
    this.#observed = { lease: written, at: clock.monotonic() };
    return 'held';
  }

  async #look(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, clock } = this.#options;
    try {
      const lease = await client.get(leases, { namespace, name }, { signal });
      this.#observed = observe(this.#observed, lease, clock.monotonic());
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
      this.#observed = undefined;
    }
  }

  async #giveBackOnce(signal: AbortSignal): Promise<boolean> {
    const lease = this.#observed?.lease;
    if (!lease || !this.#ours()) return false;
    const spec = releasedLease(lease, this.#options.clock.now());
    await this.#options.client.update(leases, { ...lease, spec }, { signal });
    return true;
  }
}
