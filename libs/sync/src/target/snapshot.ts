/** What core remembers of a Secret: enough to see whether it is as it should be, and no value of it. */
import { ANNOTATION_DATA_HASH, ANNOTATION_LAST_APPLIED, LABEL_MANAGED } from '@eso/api/resources';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference, Secret } from '@eso/kube';
import { hashSecretData } from '../data/hash.ts';
import { decodeSecretData } from '../data/secret-data.ts';
import { sharedOwnedMetadata } from './owned-metadata.ts';
import { without } from './metadata.ts';

/** What core remembers of a Secret: its metadata and hashes, never a value. */
export interface SecretSnapshot {
  readonly apiVersion: string;
  readonly kind: string;
  /**
   * What a plan, the drift check and the search for orphans look at: names, labels, annotations without kubectl's copy of the
   * manifest (which may hold values), the controller among the owners, and of managedFields the labels and annotations that
   * managers of ExternalSecrets own. A Secret must therefore never be written from a snapshot.
   */
  readonly metadata: ObjectMeta;
  readonly type: string | undefined;
  readonly immutable: boolean;
  /** Hash of the data as it is, which the annotation may contradict. */
  readonly dataHash: string;
}

const MANAGER_PREFIX = 'externalsecrets.external-secrets.io/';

/**
 * Made as a Secret arrives, before it is stored: an informer's transform. There is one for each ExternalSecret, so what is the
 * same in many of them is kept once, and what nobody looks at is not kept.
 */
export function snapshotSecret(secret: Secret): SecretSnapshot {
  const dataHash = hashSecretData(decodeSecretData(secret.data));
  const stated = secret.metadata.annotations?.[ANNOTATION_DATA_HASH];
  return {
    apiVersion: secret.apiVersion,
    kind: secret.kind,
    metadata: identityOf(secret.metadata),
    type: secret.type,
    immutable: secret.immutable === true,
    // The annotation's own text where they agree, which is nearly always.
    dataHash: stated === dataHash ? stated : dataHash,
  };
}

function identityOf(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, labels, deletionTimestamp, ownerReferences, managedFields } = metadata;
  const controller = ownerReferences?.find((owner) => owner.controller === true);
  const own = (managedFields ?? []).filter(({ manager }) => manager?.startsWith(MANAGER_PREFIX)).map(slim);
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(labels === undefined ? {} : { labels }),
    annotations: without(metadata.annotations, [ANNOTATION_LAST_APPLIED]),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(controller ? { ownerReferences: [judged(controller)] } : {}),
    ...(own.length > 0 ? { managedFields: own } : {}),
  };
}

/** A controller as far as ownership is judged. */
function judged({ apiVersion, kind, name, uid }: OwnerReference): OwnerReference {
  return { apiVersion, kind, name, uid, controller: true };
}

function slim({ manager, fieldsV1 }: ManagedFieldsEntry): ManagedFieldsEntry {
  return { ...(manager === undefined ? {} : { manager }), fieldsV1: sharedOwnedMetadata(fieldsV1) };
}

/**
 * Whether a target is as it was written (docs/design/external-secret.md): it exists, it is marked as ours, and its data is what the
 * annotation says. A target that is not is synced at once, whatever the refresh policy says.
 */
export function isIntact(target: SecretSnapshot | undefined): boolean {
  return (
    target !== undefined &&
    target.metadata.labels?.[LABEL_MANAGED] === 'true' &&
    target.metadata.annotations?.[ANNOTATION_DATA_HASH] === target.dataHash
  );
}
