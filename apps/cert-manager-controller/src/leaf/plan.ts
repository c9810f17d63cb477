import type { Secret } from '@eso/kube';
import { inspectCertificate, type KeyPair, type LeafExpectation, leafProblems, nextLeafRenewal } from '@eso/pki';
import { secretEntry } from '../secret-data.ts';
import { LEAF_ENTRIES, LEAF_SECRET_TYPE, readLeaf } from './leaf-secret.ts';
import type { LeafOwner } from './owner.ts';
import { leafOwnershipOf } from './ownership.ts';
import type { RotationReason, SecretProblem } from './reasons.ts';

/** Everything that decides about a leaf: its owner, its Secret as stored, the authority, its lifetime, and the time. */
export interface LeafPlanInput extends Omit<LeafExpectation, 'identity'> {
  owner: LeafOwner;
  /** The Secret of the owner's name as it is now. */
  stored: Secret | undefined;
  /** Whether the owner of this id still wants the Secret of this name. */
  isClaimed: (ownerId: string) => boolean;
}

/** What to do about a leaf. */
export type LeafPlan =
  | { kind: 'keep'; lifetime: LeafTimes }
  /** The certificate is good: only the `ca.crt` beside it is not what peers have to trust. */
  | { kind: 'publish'; lifetime: LeafTimes; pair: KeyPair }
  /** At least one reason, the gravest first. */
  | { kind: 'issue'; reasons: readonly [RotationReason, ...RotationReason[]] }
  | { kind: 'refuse'; why: 'foreign' | 'taken'; message: string };

/** Milliseconds since the epoch. */
export interface LeafTimes {
  notAfter: number;
  /** When to look at it again: its renewal, or its end where renewal gains nothing. */
  lookAgainAt: number;
}

/** Decides what to do about a leaf, from everything that was read. Pure. */
export function planLeaf(input: LeafPlanInput): LeafPlan {
  const { owner, stored, isClaimed } = input;
  if (!stored) return { kind: 'issue', reasons: ['secret-missing'] };
  const ownership = leafOwnershipOf(stored, owner);
  const where = `Secret ${owner.secret.namespace}/${owner.secret.name}`;
  switch (ownership.kind) {
    case 'foreign':
      return refuse('foreign', `${where} exists and was not made for certificates: rename or delete it`);
    case 'other':
      if (isClaimed(ownership.ownerId)) {
        const message = `${where} belongs to ${ownership.ownerId}: give this Service a Secret name of its own`;
        return refuse('taken', message);
      }
      if (stored.type !== LEAF_SECRET_TYPE) return wrongType(where, stored);
      return { kind: 'issue', reasons: ['secret-taken-over'] };
    case 'own': {
      if (stored.type !== LEAF_SECRET_TYPE) return wrongType(where, stored);
      const [first, ...others] = [...ownership.problems, ...contentProblems(stored, input)];
      const isGood = first === undefined || (first === 'bundle-changed' && others.length === 0);
      if (!isGood) return { kind: 'issue', reasons: [first, ...others] };
      const leaf = { 'tls.crt': secretEntry(stored, 'tls.crt') ?? '', 'tls.key': secretEntry(stored, 'tls.key') ?? '' };
      const lifetime = leafTimes(leaf['tls.crt'], input);
      if (first === undefined) return { kind: 'keep', lifetime };
      return { kind: 'publish', lifetime, pair: { ...leaf, 'ca.crt': input.authority.bundle } };
    }
  }
}

/** When a leaf ends and when to look at it again. */
export function leafTimes(certificate: string, context: Pick<LeafPlanInput, 'authority' | 'lifetime'>): LeafTimes {
  return {
    notAfter: inspectCertificate(certificate).notAfter.getTime(),
    lookAgainAt: nextLeafRenewal(certificate, context),
  };
}

function contentProblems(stored: Secret, { owner, ...expected }: LeafPlanInput): RotationReason[] {
  const entries = Object.keys(stored.data ?? {});
  const surplus = entries.some((key) => !(LEAF_ENTRIES as readonly string[]).includes(key));
  const found: SecretProblem[] = surplus ? ['surplus-entries'] : [];
  return [...found, ...leafProblems(readLeaf(stored), { ...expected, identity: owner.identity })];
}

function wrongType(where: string, { type }: Secret): LeafPlan {
  return refuse('foreign', `${where} has type ${type ?? 'Opaque'} and not ${LEAF_SECRET_TYPE}: delete it`);
}

function refuse(why: 'foreign' | 'taken', message: string): LeafPlan {
  return { kind: 'refuse', why, message };
}
