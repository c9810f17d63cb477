import { isKubeError, type KubeClient, type Secret, secrets } from '@eso/kube';
import { type CertificateAuthority, inspectCertificate, issueLeaf, type LeafLifetime } from '@eso/pki';
import type { Clock, Logger } from '@eso/runtime';
import type { IssuanceDecision } from '../issuance/issuance-limiter.ts';
import { leafSecret } from './leaf-secret.ts';
import type { LeafOwner } from './owner.ts';
import { type LeafTimes, leafTimes, planLeaf } from './plan.ts';
import type { RotationReason } from './reasons.ts';

/** What became of a leaf in one pass. */
export type LeafOutcome =
  | { kind: 'kept'; lifetime: LeafTimes }
  /** The certificate was good; `ca.crt` beside it was written anew. */
  | { kind: 'published'; lifetime: LeafTimes }
  | { kind: 'issued'; lifetime: LeafTimes; reasons: readonly [RotationReason, ...RotationReason[]] }
  | { kind: 'refused'; why: 'foreign' | 'taken'; message: string }
  /** It needs a certificate, and others go first. */
  | Extract<IssuanceDecision, { kind: 'waits' }>
  /** Somebody wrote the Secret meanwhile: nothing was done, look again. */
  | { kind: 'raced' };

/** What every pass over a leaf reads and writes, whosever leaf it is. */
export interface LeafDependencies {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly lifetime: LeafLifetime;
  /** Whether the owner of this id still wants the Secret of this name. */
  readonly isClaimed: (ownerId: string, secret: LeafOwner['secret']) => boolean;
  /** Whether a certificate may be issued now, for this reason. Default: always. */
  readonly admit?: (reason: RotationReason) => IssuanceDecision;
}

/** The leaf of one pass: whose it is, and which authority signs it. */
export interface LeafPass {
  readonly owner: LeafOwner;
  readonly authority: CertificateAuthority;
  readonly logger: Logger;
  readonly signal: AbortSignal;
}

/**
 * One pass over a leaf: reads its Secret, decides, issues and stores a new one if need be. Every write carries the version that
 * was read, so that a second writer makes it a pass that did nothing.
 * @throws KubeError, PkiError
 */
export async function reconcileLeaf(dependencies: LeafDependencies, pass: LeafPass): Promise<LeafOutcome> {
  const { client, clock, lifetime, isClaimed } = dependencies;
  const { owner, authority, logger, signal } = pass;
  const stored = await readSecret(client, owner, signal);
  const plan = planLeaf({
    owner,
    stored,
    authority,
    lifetime,
    nowMs: clock.now(),
    isClaimed: (ownerId) => isClaimed(ownerId, owner.secret),
  });
  if (plan.kind === 'keep') return { kind: 'kept', lifetime: plan.lifetime };
  if (plan.kind === 'refuse') return { ...plan, kind: 'refused' };
  if (plan.kind === 'publish') {
    if (!(await writeSecret(client, leafSecret(owner, plan.pair, stored), signal))) return { kind: 'raced' };
    logger.info({ secret: owner.secret }, 'wrote ca.crt anew beside a certificate that is kept');
    return { kind: 'published', lifetime: plan.lifetime };
  }
  const admission = dependencies.admit?.(plan.reasons[0]);
  if (admission?.kind === 'waits') return admission;

  const pair = await issueLeaf(owner.identity, { authority, validityMs: lifetime.validityMs, clock, signal });
  if (!(await writeSecret(client, leafSecret(owner, pair, stored), signal))) return { kind: 'raced' };
  const facts = inspectCertificate(pair['tls.crt']);
  logger.info(
    {
      secret: owner.secret,
      identity: owner.identity.uri,
      serial: facts.serial,
      notAfter: facts.notAfter,
      reasons: plan.reasons,
    },
    'issued a certificate',
  );
  return { kind: 'issued', lifetime: leafTimes(pair['tls.crt'], { authority, lifetime }), reasons: plan.reasons };
}

async function readSecret(client: KubeClient, { secret }: LeafOwner, signal: AbortSignal): Promise<Secret | undefined> {
  try {
    return await client.get(secrets, secret, { signal });
  } catch (error) {
    if (isKubeError(error, 'NOT_FOUND')) return undefined;
    throw error;
  }
}

/** False when somebody else was faster. */
async function writeSecret(client: KubeClient, secret: Secret, signal: AbortSignal): Promise<boolean> {
  const isNew = secret.metadata.resourceVersion === undefined;
  try {
    if (isNew) await client.create(secrets, secret, { signal });
    else await client.update(secrets, secret, { signal });
    return true;
  } catch (error) {
    if (isNew ? isKubeError(error, 'ALREADY_EXISTS') : isKubeError(error, 'CONFLICT', 'NOT_FOUND')) return false;
    throw error;
  }
}
