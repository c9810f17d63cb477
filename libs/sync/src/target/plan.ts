/** What is to be done with a target: a decision over gathered input, without a look at the cluster. */
import { type ExternalSecret, ExternalSecretMessage } from '@eso/api/resources';
import type { ObjectMeta, OwnerReference, Secret } from '@eso/kube';
import { hashSecretData } from '../data/hash.ts';
import { decodeSecretData, encodeSecretData, type SecretData } from '../data/secret-data.ts';
import { SyncError } from '../error.ts';
import { fieldManager, ownedFields } from './field-manager.ts';
import { checkSecretLimits } from './limits.ts';
import { sameMap, targetMetadata, type TargetMetadata } from './metadata.ts';
import { targetOwnershipOf, withController } from './ownership.ts';
import type { SecretSnapshot } from './snapshot.ts';

/** The target as far as it is known. */
export type ObservedTarget =
  | { readonly kind: 'missing' }
  /** From the cache: enough to see that nothing is to be done. */
  | { readonly kind: 'snapshot'; readonly snapshot: SecretSnapshot }
  /** Read from the API server just now: enough to write it. */
  | { readonly kind: 'live'; readonly secret: Secret };

/** What a plan is made from. */
export interface SecretPlanInput {
  readonly externalSecret: ExternalSecret;
  /** What all sources together gave. */
  readonly data: SecretData;
  readonly target: ObservedTarget;
}

/** What is to be done with the Secret. */
export type SecretPlan =
  /** POST this Secret. */
  | { readonly kind: 'create'; readonly secret: Secret }
  /** PUT this Secret; it carries the resourceVersion that the decision was made on. */
  | { readonly kind: 'update'; readonly secret: Secret }
  /** The snapshot is not as it should be: read the Secret and plan again. */
  | { readonly kind: 'read' }
  /** Nothing to write; `message` is that of the Ready=True condition. */
  | { readonly kind: 'none'; readonly message: ExternalSecretMessage }
  /** Must not be written; `message` is the beginning of the Ready=False condition's. */
  | { readonly kind: 'refuse'; readonly message: ExternalSecretMessage; readonly error: SyncError };

/** Name of the target Secret. */
export function targetName({ metadata, spec }: Pick<ExternalSecret, 'metadata' | 'spec'>): string {
  return spec.target?.name ?? metadata.name;
}

/** The data that the target has to hold, hashed once. */
interface Wanted {
  readonly externalSecret: ExternalSecret;
  readonly data: SecretData;
  readonly dataHash: string;
}

/** Decides for creationPolicy Owner, deletionPolicy Retain and no template. Never throws. */
export function planSecret({ externalSecret, data, target }: SecretPlanInput): SecretPlan {
  // Ownership comes before anything else: a Secret of somebody else is not even labelled.
  const refusal = refuseForeign(externalSecret, ownersOf(target));
  if (refusal) return refusal;
  if (data.size === 0) return { kind: 'none', message: ExternalSecretMessage.retained };
  try {
    checkSecretLimits(data, new Set(externalSecret.spec.data?.map(({ secretKey }) => secretKey)));
  } catch (error) {
    return { kind: 'refuse', message: ExternalSecretMessage.updateFailed, error: SyncError.from(error) };
  }
  const wanted = { externalSecret, data, dataHash: hashSecretData(data) };
  switch (target.kind) {
    case 'missing':
      return { kind: 'create', secret: newSecret(wanted) };
    case 'snapshot': {
      const { metadata, dataHash } = target.snapshot;
      return isCurrent(wanted, metadata, dataHash)
        ? { kind: 'none', message: ExternalSecretMessage.synced }
        : { kind: 'read' };
    }
    case 'live':
      return planUpdate(wanted, target.secret);
  }
}

function planUpdate(wanted: Wanted, secret: Secret): SecretPlan {
  const dataHash = hashSecretData(decodeSecretData(secret.data));
  if (isCurrent(wanted, secret.metadata, dataHash)) return { kind: 'none', message: ExternalSecretMessage.synced };
  if (secret.immutable === true && dataHash !== wanted.dataHash) {
    return refuse(
      ExternalSecretMessage.immutable,
      'TARGET_IMMUTABLE',
      `secret ${secret.metadata.name} is immutable and holds other data`,
      'Delete the Secret, or choose another spec.target.name.',
    );
  }
  return {
    kind: 'update',
    secret: {
      ...secret,
      metadata: {
        ...secret.metadata,
        ...wantedMetadata(wanted, secret.metadata),
        ownerReferences: withController(secret.metadata.ownerReferences, wanted.externalSecret),
      },
      data: encodeSecretData(wanted.data),
    },
  };
}

function newSecret(wanted: Wanted): Secret {
  const { externalSecret, data } = wanted;
  const { namespace } = externalSecret.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: targetName(externalSecret),
      ...(namespace === undefined ? {} : { namespace }),
      ...wantedMetadata(wanted, undefined),
      ownerReferences: withController(undefined, externalSecret),
    },
    data: encodeSecretData(data),
  };
}

function wantedMetadata({ externalSecret, dataHash }: Wanted, existing: ObjectMeta | undefined): TargetMetadata {
  const owned = ownedFields(existing?.managedFields, fieldManager(externalSecret.metadata.name));
  return targetMetadata(existing, owned, externalSecret, dataHash);
}

/** Whether a write would change nothing: data, labels, annotations and the controller reference are as they should be. */
function isCurrent(wanted: Wanted, metadata: ObjectMeta, dataHash: string): boolean {
  const { labels, annotations } = wantedMetadata(wanted, metadata);
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  return (
    dataHash === wanted.dataHash &&
    controller?.uid === wanted.externalSecret.metadata.uid &&
    sameMap(metadata.labels, labels) &&
    sameMap(metadata.annotations, annotations)
  );
}

function ownersOf(target: ObservedTarget): readonly OwnerReference[] | undefined {
  if (target.kind === 'missing') return undefined;
  return (target.kind === 'live' ? target.secret : target.snapshot).metadata.ownerReferences;
}

function refuseForeign(es: ExternalSecret, owners: readonly OwnerReference[] | undefined): SecretPlan | undefined {
  const ownership = targetOwnershipOf(owners, es.metadata.name);
  const name = targetName(es);
  const nextStep = 'Choose another spec.target.name, or delete the Secret.';
  switch (ownership.kind) {
    case 'none':
    case 'own':
      return undefined;
    case 'otherExternalSecret':
      return refuse(
        ExternalSecretMessage.ownedByOther,
        'TARGET_NOT_OWNED',
        `secret ${name} belongs to ExternalSecret ${ownership.name}`,
        nextStep,
      );
    case 'otherController':
      return refuse(
        ExternalSecretMessage.ownershipRefused,
        'TARGET_NOT_OWNED',
        `secret ${name} belongs to ${ownership.owner}`,
        nextStep,
      );
  }
}

function refuse(
  message: ExternalSecretMessage,
  code: 'TARGET_NOT_OWNED' | 'TARGET_IMMUTABLE',
  what: string,
  nextStep: string,
): SecretPlan {
  return { kind: 'refuse', message, error: new SyncError({ code, field: 'spec.target.name', what, nextStep }) };
}
