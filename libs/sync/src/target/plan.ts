/** What is to be done with a target Secret: a decision over gathered input, without a look at the cluster. */
import type { ExternalSecret } from '@eso/api/resources';
import type { OwnerReference, Secret } from '@eso/kube';
import { hashSecretData } from '../data/hash.ts';
import { encodeSecretData } from '../data/secret-data.ts';
import { fieldManager } from './field-manager.ts';
import { targetMetadata } from './metadata.ts';
import { targetOwnershipOf, withController } from './ownership.ts';
import { planUpdate, type SecretUpdatePlan } from './plan-update.ts';
import { creationRule, deletionRule } from './policies.ts';
import { refuseRelease, type ReleaseMarks } from './refuse-release.ts';
import { refuse, refuseCertificateMark, refuseForeign, refuseLimits } from './refuse.ts';
import type { SecretContent } from './secret-content.ts';
import { ownDataHash, type SecretSnapshot } from './snapshot.ts';
import { targetName } from './target-name.ts';
import { isDressed, isFrozen, marksOf, NOTHING_OWNED, type Wanted } from './wanted.ts';

/** The target as far as it is known. */
export type ObservedTarget =
  /** The cache shows none; it shows only those that carry our label. */
  | { readonly kind: 'unseen' }
  /** The API server has none. */
  | { readonly kind: 'missing' }
  /** From the cache: enough to see that nothing is to be done. */
  | { readonly kind: 'snapshot'; readonly snapshot: SecretSnapshot }
  /** Read from the API server just now: enough to write it. */
  | { readonly kind: 'live'; readonly secret: Secret };

/** What a plan is made from. */
export interface SecretPlanInput {
  readonly externalSecret: ExternalSecret;
  readonly content: SecretContent;
  readonly target: ObservedTarget;
}

/** What is to be done with the Secret. */
export type SecretPlan =
  /** POST this Secret. */
  | { readonly kind: 'create'; readonly secret: Secret }
  /** DELETE the one with this UID. */
  | { readonly kind: 'delete'; readonly uid: string | undefined }
  /** What is known is not enough: read the Secret and plan again. */
  | { readonly kind: 'read' }
  | SecretUpdatePlan;

/** Decides for every policy of a Secret target. Never throws. */
export function planSecret({ externalSecret, content, target }: SecretPlanInput): SecretPlan {
  const rule = creationRule(externalSecret);
  if (rule.existing === 'ignore') return { kind: 'none', outcome: 'synced' };
  const wanted = { externalSecret, content, rule, manager: fieldManager(externalSecret.metadata.name) };
  // Ownership comes before anything else: a Secret of somebody else is not even labelled.
  return (
    refuseForeign(wanted, ownersOf(target)) ??
    refuseRelease(externalSecret, releaseMarks(content, target)) ??
    refuseCertificateMark(content.labels) ??
    planWithoutData(wanted, target) ??
    refuseLimits(wanted, content.data) ??
    planWrite(wanted, target)
  );
}

function planWrite(wanted: Wanted, target: ObservedTarget): SecretPlan {
  switch (target.kind) {
    case 'unseen':
      return wanted.rule.missing === 'create' ? planCreate(wanted) : { kind: 'read' };
    case 'missing':
      return wanted.rule.missing === 'create' ? planCreate(wanted) : { kind: 'none', outcome: 'missing' };
    case 'snapshot':
      return isCurrentSnapshot(wanted, target.snapshot) ? { kind: 'none', outcome: 'synced' } : { kind: 'read' };
    case 'live':
      return planUpdate(wanted, target.secret);
  }
}

/** Where the sources gave nothing; undefined where the target is to be written all the same. */
function planWithoutData(wanted: Wanted, target: ObservedTarget): SecretPlan | undefined {
  const { externalSecret, content } = wanted;
  const { nothingFetched } = deletionRule(externalSecret);
  if (!content.nothingFetched || nothingFetched === 'write') return undefined;
  if (nothingFetched === 'retain') return { kind: 'none', outcome: 'retained' };
  const name = targetName(externalSecret);
  if (!wanted.rule.owns)
    return refuse('deleteFailed', {
      code: 'TARGET_NOT_OWNED',
      field: 'spec.target.deletionPolicy',
      what: `unable to delete secret ${name}: creationPolicy=${externalSecret.spec.target?.creationPolicy} is not Owner`,
      nextStep: 'Set spec.target.creationPolicy to Owner, or another deletionPolicy.',
    });
  if (target.kind === 'missing') return { kind: 'none', outcome: 'deleted' };
  if (target.kind === 'unseen') return { kind: 'read' };
  const { metadata } = target.kind === 'live' ? target.secret : target.snapshot;
  if (targetOwnershipOf(metadata.ownerReferences, externalSecret.metadata.name).kind === 'own')
    return { kind: 'delete', uid: metadata.uid };
  return refuse('deleteFailed', {
    code: 'TARGET_NOT_OWNED',
    field: 'spec.target.name',
    what: `unable to delete secret ${name}: this ExternalSecret is not its controller`,
    nextStep: 'Delete the Secret if it is not needed, or choose another spec.target.name.',
  });
}

function planCreate({ externalSecret, content, ...wanted }: Wanted): SecretPlan {
  const { namespace } = externalSecret.metadata;
  const { data, type, finalizers } = content;
  const marks = marksOf({ externalSecret, content, ...wanted }, hashSecretData(data));
  const secret: Secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: targetName(externalSecret),
      ...(namespace === undefined ? {} : { namespace }),
      ...targetMetadata(undefined, NOTHING_OWNED, content, marks),
      ...(wanted.rule.owns ? { ownerReferences: withController(undefined, externalSecret) } : {}),
      ...(finalizers.length > 0 ? { finalizers: [...finalizers] } : {}),
    },
    data: encodeSecretData(data),
    ...(type === undefined ? {} : { type }),
    ...(externalSecret.spec.target?.immutable === true ? { immutable: true } : {}),
  };
  return { kind: 'create', secret };
}

/** Whether a write would change nothing, as far as hashes tell; the keys of others cannot be seen in a snapshot. */
function isCurrentSnapshot(wanted: Wanted, snapshot: SecretSnapshot): boolean {
  if (!isDressed(wanted, snapshot, snapshot.dataHash)) return false;
  if (isFrozen(wanted.externalSecret)) return true;
  const shown = wanted.rule.existing === 'merge' ? ownDataHash(snapshot, wanted.manager) : snapshot.dataHash;
  return shown === hashSecretData(wanted.content.data);
}

function releaseMarks({ type, labels, data }: SecretContent, target: ObservedTarget): ReleaseMarks {
  const there = target.kind === 'live' ? target.secret : target.kind === 'snapshot' ? target.snapshot : undefined;
  // Of one that is in the cache the keys are not known; it is read before it is written.
  const keys = target.kind === 'live' ? Object.keys(target.secret.data ?? {}) : [];
  return {
    types: [type, there?.type],
    labels: { ...there?.metadata.labels, ...labels },
    keys: [...keys, ...data.keys()],
  };
}

function ownersOf(target: ObservedTarget): readonly OwnerReference[] | undefined {
  if (target.kind === 'live') return target.secret.metadata.ownerReferences;
  return target.kind === 'snapshot' ? target.snapshot.metadata.ownerReferences : undefined;
}
