/** What is to be done with a target that is no Secret: a decision over gathered input, without a look at the cluster. */
import {
  ANNOTATION_DATA_HASH,
  ANNOTATION_RENDERED_HASH,
  type ExternalSecret,
  LABEL_CREATED_BY,
  LABEL_MANAGED,
} from '@eso/api/resources';
import type { KubeObject } from '@eso/kube';
import { hashOwner } from '../../data/hash.ts';
import { fieldManager, ownedFields } from '../field-manager.ts';
import type { StringMap, TargetMetadata } from '../metadata.ts';
import { targetOwnershipOf, withController } from '../ownership.ts';
import { type CreationRule, creationRule, deletionRule } from '../policies.ts';
import { refuse, type RefusedPlan } from '../refuse.ts';
import { refuseRelease, type ReleaseMarks } from '../refuse-release.ts';
import { isIntact } from '../snapshot.ts';
import { targetName } from '../target-name.ts';
import type { TargetOutcome } from '../verdict.ts';
import type { ManifestContent } from './content.ts';
import { refuseProvider } from './refuse-provider.ts';
import { refuseSize } from './size.ts';
import { hashContent, hashManifest, type ManifestSnapshot } from './snapshot.ts';

/** The target as far as it is known. */
export type ObservedManifest =
  /** The cache shows none; it shows only those that carry our label. */
  | { readonly kind: 'unseen' }
  /** The API server has none. */
  | { readonly kind: 'missing' }
  /** From the cache, or read just now. */
  | { readonly kind: 'known'; readonly snapshot: ManifestSnapshot }
  /** What the API server made of the fields of an earlier plan for the same content. */
  | { readonly kind: 'applied'; readonly snapshot: ManifestSnapshot };

/** What a plan is made from. */
export interface ManifestPlanInput {
  readonly externalSecret: ExternalSecret;
  readonly content: ManifestContent;
  readonly target: ObservedManifest;
}

/** What is to be done. */
export type ManifestPlan =
  /** Apply these fields, and no others, with force. `creates`: nobody has seen such an object. */
  | {
      readonly kind: 'apply';
      readonly fields: KubeObject;
      readonly creates: boolean;
      /** Before that, let what an earlier installation wrote count as applied, so that it goes where it is not wanted any more. */
      readonly takesOver: boolean;
    }
  /** DELETE the one with this UID. */
  | { readonly kind: 'delete'; readonly uid: string | undefined }
  /** What is known is not enough: read the object and plan again. */
  | { readonly kind: 'read' }
  /** Nothing to write. */
  | { readonly kind: 'none'; readonly outcome: TargetOutcome }
  | RefusedPlan;

interface Wanted {
  readonly externalSecret: ExternalSecret;
  readonly content: ManifestContent;
  readonly rule: CreationRule;
}

/** Decides for every policy of a manifest target. Never throws. */
export function planManifest({ externalSecret, content, target }: ManifestPlanInput): ManifestPlan {
  const rule = creationRule(externalSecret);
  if (rule.existing === 'ignore') return { kind: 'none', outcome: 'synced' };
  const wanted = { externalSecret, content, rule };
  return (
    refuseOwned(wanted, target) ??
    refuseProvider(content, 'snapshot' in target ? target.snapshot : undefined) ??
    refuseRelease(externalSecret, releaseMarks(wanted, target)) ??
    planWithoutData(wanted, target) ??
    refuseSize(content.object) ??
    planWrite(wanted, target)
  );
}

/** Which keys others wrote into a ConfigMap is not known: the label alone counts. */
function releaseMarks({ externalSecret, content }: Wanted, target: ObservedManifest): ReleaseMarks {
  const there = 'snapshot' in target ? target.snapshot.metadata.labels : undefined;
  const isConfigMap = externalSecret.spec.target?.manifest?.kind === 'ConfigMap';
  return { labels: { ...there, ...content.labels }, keys: isConfigMap ? ['release'] : [] };
}

/** One ExternalSecret alone owns an object, and nobody takes one from another controller; to write into one of those is allowed. */
function refuseOwned({ externalSecret, rule }: Wanted, target: ObservedManifest): RefusedPlan | undefined {
  if (!('snapshot' in target)) return undefined;
  const ownership = targetOwnershipOf(target.snapshot.metadata.ownerReferences, externalSecret.metadata.name);
  const object = nameOf(externalSecret);
  const error = (owner: string) =>
    ({
      code: 'TARGET_NOT_OWNED',
      field: 'spec.target.name',
      what: `${object} belongs to ${owner}`,
      nextStep: 'Choose another spec.target.name, or delete the object.',
    }) as const;
  if (ownership.kind === 'otherExternalSecret')
    return refuse('ownedByOther', error(`ExternalSecret ${ownership.name}`));
  return ownership.kind === 'otherController' && rule.owns
    ? refuse('ownershipRefused', error(ownership.owner))
    : undefined;
}

/** Where the sources gave nothing; undefined where the target is to be written all the same. */
function planWithoutData(
  { externalSecret, content, rule }: Wanted,
  target: ObservedManifest,
): ManifestPlan | undefined {
  const { nothingFetched } = deletionRule(externalSecret);
  if (!content.nothingFetched || nothingFetched === 'write') return undefined;
  if (nothingFetched === 'retain') return { kind: 'none', outcome: 'retained' };
  if (!rule.owns)
    return refuse('deleteFailed', {
      code: 'TARGET_NOT_OWNED',
      field: 'spec.target.deletionPolicy',
      what: `unable to delete resource: creationPolicy=${externalSecret.spec.target?.creationPolicy} is not Owner`,
      nextStep: 'Set spec.target.creationPolicy to Owner, or another deletionPolicy.',
    });
  if (target.kind === 'missing') return { kind: 'none', outcome: 'deleted' };
  if (target.kind === 'unseen') return { kind: 'read' };
  const { metadata } = target.snapshot;
  if (targetOwnershipOf(metadata.ownerReferences, externalSecret.metadata.name).kind === 'own')
    return { kind: 'delete', uid: metadata.uid };
  return refuse('deleteFailed', {
    code: 'TARGET_NOT_OWNED',
    field: 'spec.target.name',
    what: `unable to delete ${nameOf(externalSecret)}: this ExternalSecret is not its controller`,
    nextStep: 'Delete the object if it is not needed, or choose another spec.target.name.',
  });
}

function planWrite(wanted: Wanted, target: ObservedManifest): ManifestPlan {
  switch (target.kind) {
    case 'unseen':
      return { kind: 'read' };
    case 'missing':
      return wanted.rule.missing === 'create'
        ? { kind: 'apply', fields: fieldsOf(wanted, marksBefore(wanted), undefined), creates: true, takesOver: false }
        : { kind: 'none', outcome: 'missing' };
    case 'known':
    case 'applied': {
      const { snapshot } = target;
      if (isCurrent(wanted, snapshot)) return { kind: 'none', outcome: 'synced' };
      const marks = marksAfter(wanted, target);
      const takesOver = snapshot.replacedShare !== undefined && wanted.rule.existing === 'replace';
      return { kind: 'apply', fields: fieldsOf(wanted, marks, snapshot.metadata.uid), creates: false, takesOver };
    }
  }
}

/** The hashes that stand on the object. */
interface HashMarks {
  /** Of what ExternalSecrets wrote, as it is. */
  readonly dataHash: string;
  /** Of what this one rendered, where the API server keeps it in another form; tells whether a render changes anything. */
  readonly renderedHash?: string;
}

/** The marks of an object that nobody has written yet, as far as one can know: the API server may keep values in another form. */
function marksBefore({ content }: Wanted): HashMarks {
  return { dataHash: hashManifest(content.object) };
}

function marksAfter(wanted: Wanted, { kind, snapshot }: Extract<ObservedManifest, { snapshot: unknown }>): HashMarks {
  const { content, externalSecret } = wanted;
  const manager = fieldManager(externalSecret.metadata.name);
  const rendered = hashContent(content.object);
  const isVerbatim = snapshot.shares[manager] === rendered;
  const isUnchanged = isVerbatim || snapshot.metadata.annotations?.[ANNOTATION_RENDERED_HASH] === rendered;
  const isShared = Object.keys(snapshot.shares).some((other) => other !== manager);
  // Of content that was not written yet, the hash among that of others is found out by writing it.
  const isKnown = kind === 'applied' || (isIntact(snapshot) && (isUnchanged || isShared));
  if (!isKnown) return marksBefore(wanted);
  const isOther = !isVerbatim && (kind === 'applied' || isUnchanged);
  return { dataHash: snapshot.dataHash, ...(isOther ? { renderedHash: rendered } : {}) };
}

/** Everything that this ExternalSecret says of the object: what is not in it any more goes. */
function fieldsOf(wanted: Wanted, marks: HashMarks, uid: string | undefined): KubeObject {
  const { externalSecret, content, rule } = wanted;
  const { namespace = '' } = externalSecret.metadata;
  const { apiVersion = '', kind = '' } = externalSecret.spec.target?.manifest ?? {};
  return {
    // First, so that nothing that was rendered takes the place of what follows.
    ...content.object,
    apiVersion,
    kind,
    metadata: {
      name: targetName(externalSecret),
      namespace,
      // Not another one of that name.
      ...(uid === undefined ? {} : { uid }),
      ...wantedMetadata(wanted, marks),
      ...(rule.owns ? { ownerReferences: withController(undefined, externalSecret) } : {}),
    },
  };
}

function wantedMetadata({ externalSecret, content, rule }: Wanted, marks: HashMarks): TargetMetadata {
  const { namespace = '', name } = externalSecret.metadata;
  const { dataHash, renderedHash } = marks;
  const createdBy = rule.owns ? { [LABEL_CREATED_BY]: hashOwner(namespace, name) } : {};
  const rendered = renderedHash === undefined ? {} : { [ANNOTATION_RENDERED_HASH]: renderedHash };
  return {
    labels: { ...content.labels, [LABEL_MANAGED]: 'true', ...createdBy },
    annotations: { ...content.annotations, [ANNOTATION_DATA_HASH]: dataHash, ...rendered },
  };
}

/** Whether a write would change nothing, as far as hashes tell. */
function isCurrent(wanted: Wanted, snapshot: ManifestSnapshot): boolean {
  const { externalSecret, content, rule } = wanted;
  const { metadata, shares, replacedShare, dataHash } = snapshot;
  const manager = fieldManager(externalSecret.metadata.name);
  const rendered = hashContent(content.object);
  const isVerbatim = (shares[manager] ?? replacedShare) === rendered;
  const marks = { dataHash, ...(isVerbatim ? {} : { renderedHash: rendered }) };
  const { labels, annotations } = wantedMetadata(wanted, marks);
  const owned = ownedFields(metadata.managedFields, manager);
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  const { kind } = targetOwnershipOf(metadata.ownerReferences, externalSecret.metadata.name);
  return (
    isIntact(snapshot) &&
    (rule.owns ? controller?.uid === externalSecret.metadata.uid : kind !== 'own') &&
    holds(metadata.labels, labels, owned.labels) &&
    holds(metadata.annotations, annotations, owned.annotations)
  );
}

/** Whether all that is wanted is there, and nothing more of what was written earlier. */
function holds(existing: StringMap | undefined, wanted: StringMap, owned: readonly string[]): boolean {
  return (
    Object.entries(wanted).every(([key, value]) => existing?.[key] === value) &&
    owned.every((key) => Object.hasOwn(wanted, key))
  );
}

/** How texts name the object: `ConfigMap app`. */
function nameOf(externalSecret: ExternalSecret): string {
  return `${externalSecret.spec.target?.manifest?.kind ?? 'object'} ${targetName(externalSecret)}`;
}
