import { isKubeError, type KubeClient, type Lease, leases } from '@eso/kube';
import type { Clock } from '@eso/runtime';
import { heldLease, type LeaseTerms, nextLeaseMove, type ObservedLease, observeLease, releasedLease } from './lease.ts';

/** What an election asks of the API server. */
export type LeaseApi = Pick<KubeClient, 'get' | 'create' | 'update'>;

/** Which Lease a {@link LeaseLock} is about, and on what terms it is held. */
export interface LeaseLockOptions {
  readonly client: LeaseApi;
  readonly namespace: string;
  readonly name: string;
  readonly terms: LeaseTerms;
  readonly clock: Clock;
}

/** One candidate's view of the lease, and the requests with which it takes, renews and gives it back. */
export class LeaseLock {
  readonly #options: LeaseLockOptions;
  #observed: ObservedLease | undefined;

  constructor(options: LeaseLockOptions) {
    this.#options = options;
  }

  /**
   * Takes or renews the lease, if it may be.
   * @returns `held` when it is ours now, `other` when somebody else's has not run out
   * @throws KubeError when it could not be read or written
   */
  async acquireOrRenew(signal: AbortSignal): Promise<'held' | 'other'> {
    // Our own lease is written without a look: its resource version tells whether it still is ours.
    if (!this.#isHeld()) return this.#observeAndWrite(signal);
    try {
      return await this.#write(signal);
    } catch (error) {
      if (!isKubeError(error, 'CONFLICT', 'NOT_FOUND')) throw error;
      // Often our own doing: a renewal whose answer never came has arrived after all.
      return this.#observeAndWrite(signal);
    }
  }

  /**
   * Gives the lease back, so that the next one need not wait for it to run out.
   * @returns whether it was ours to give back
   * @throws KubeError when that could not be written
   */
  async release(signal: AbortSignal): Promise<boolean> {
    try {
      return await this.#releaseOnce(signal);
    } catch (error) {
      if (!isKubeError(error, 'CONFLICT')) throw error;
      // A renewal that was under way when the work ended has arrived after all.
      await this.#observe(signal);
      return await this.#releaseOnce(signal);
    } finally {
      this.#observed = undefined;
    }
  }

  #isHeld(): boolean {
    return this.#observed?.lease.spec?.holderIdentity === this.#options.terms.identity;
  }

  async #observeAndWrite(signal: AbortSignal): Promise<'held' | 'other'> {
    await this.#observe(signal);
    return this.#write(signal);
  }

  async #write(signal: AbortSignal): Promise<'held' | 'other'> {
    const { client, namespace, name, clock, terms } = this.#options;
    const move = nextLeaseMove(this.#observed, clock.monotonic(), terms);
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

  async #observe(signal: AbortSignal): Promise<void> {
    const { client, namespace, name, clock } = this.#options;
    try {
      const lease = await client.get(leases, { namespace, name }, { signal });
      this.#observed = observeLease(this.#observed, lease, clock.monotonic());
    } catch (error) {
      if (!isKubeError(error, 'NOT_FOUND')) throw error;
      this.#observed = undefined;
    }
  }

  async #releaseOnce(signal: AbortSignal): Promise<boolean> {
    const lease = this.#observed?.lease;
    if (!lease || !this.#isHeld()) return false;
    const spec = releasedLease(lease, this.#options.clock.now());
    await this.#options.client.update(leases, { ...lease, spec }, { signal });
    return true;
  }
}
