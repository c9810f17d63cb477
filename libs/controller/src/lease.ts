import type { Lease } from '@eso/kube';

/** A lease as it was seen, and when by the local monotonic clock: clocks of other machines are never compared. */
export interface ObservedLease {
  readonly lease: Lease;
  readonly at: number;
}

/** What a candidate does about a lease. */
export type LeaseMove = 'create' | 'renew' | 'takeOver' | 'wait';

/** As whom a Lease is held, and for how long at a time (milliseconds). */
export interface LeaseTerms {
  readonly identity: string;
  readonly leaseDurationMs: number;
}

/**
 * Decides whether the lease may be taken: when there is none, when it is ours, when its holder gave it back, or when its
 * holder has not renewed it for as long as it promised, counted from when this candidate first saw its present content.
 */
export function nextLeaseMove(observed: ObservedLease | undefined, now: number, terms: LeaseTerms): LeaseMove {
  if (!observed) return 'create';
  const { holderIdentity, leaseDurationSeconds } = observed.lease.spec ?? {};
  if (holderIdentity === terms.identity) return 'renew';
  if (holderIdentity === undefined || holderIdentity === '') return 'takeOver';
  const promisedMs = leaseDurationSeconds === undefined ? terms.leaseDurationMs : leaseDurationSeconds * 1_000;
  return now - observed.at >= promisedMs ? 'takeOver' : 'wait';
}

/** Keeps the time of the first sight as long as the content stays the same. */
export function observeLease(before: ObservedLease | undefined, lease: Lease, now: number): ObservedLease {
  const same = before !== undefined && JSON.stringify(before.lease.spec) === JSON.stringify(lease.spec);
  return { lease, at: same ? before.at : now };
}

/** The lease to write for a move. `wallMs` is for people to read; no decision rests on it. */
export function heldLease(before: Lease | undefined, terms: LeaseTerms, wallMs: number): Required<Lease>['spec'] {
  const renewTime = microTime(wallMs);
  const spec = before?.spec ?? {};
  const renewed = spec.holderIdentity === terms.identity;
  return {
    holderIdentity: terms.identity,
    leaseDurationSeconds: Math.ceil(terms.leaseDurationMs / 1_000),
    acquireTime: renewed ? (spec.acquireTime ?? renewTime) : renewTime,
    renewTime,
    leaseTransitions: before === undefined || renewed ? (spec.leaseTransitions ?? 0) : (spec.leaseTransitions ?? 0) + 1,
  };
}

/** The lease given back: the next candidate need not wait. A duration of 0 is not valid, so it is the shortest there is. */
export function releasedLease(before: Lease, wallMs: number): Required<Lease>['spec'] {
  const now = microTime(wallMs);
  const leaseTransitions = before.spec?.leaseTransitions ?? 0;
  return { holderIdentity: '', leaseDurationSeconds: 1, acquireTime: now, renewTime: now, leaseTransitions };
}

/** MicroTime of the Kubernetes API: RFC 3339 with microseconds. */
function microTime(wallMs: number): string {
  return new Date(wallMs).toISOString().replace('Z', '000Z');
}
