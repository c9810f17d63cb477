/** What core remembers of a Secret: enough to see whether it is as it should be, and no value of it. */
import { ANNOTATION_DATA_HASH, ANNOTATION_LAST_APPLIED, LABEL_MANAGED } from '@eso/api/resources';
import type { ManagedFieldsEntry, ObjectMeta, OwnerReference, Secret } from '@eso/kube';
import { hashSecretData } from '../data/hash.ts';
import { decodeSecretData, type SecretData } from '../data/secret-data.ts';
import { isTargetManager, ownedDataKeys } from './field-manager.ts';
import { MAX_SECRET_BYTES } from './limits.ts';
import { sharedOwnedMetadata } from './owned-metadata.ts';
import { without } from './metadata.ts';

/** What core remembers of any target: its metadata and the hash of what it holds, never a value. */
export interface TargetSnapshot {
  readonly apiVersion: string;
  readonly kind: string;
  /**
   * What a plan, the drift check and the search for orphans look at: names, labels, annotations without kubectl's copy of the
   * manifest (which may hold values), the controller among the owners, and of managedFields the labels and annotations that
   * managers of ExternalSecrets own. A Secret must therefore never be written from a snapshot.
   */
  readonly metadata: ObjectMeta;
  /** Hash of the data as it is, which the annotation may contradict. */
  readonly dataHash: string;
}

/** What core remembers of a Secret. */
export interface SecretSnapshot extends TargetSnapshot {
  readonly type: string | undefined;
  readonly immutable: boolean;
  /** Where ExternalSecrets share it, or others wrote keys of it: for each manager the hash of the keys that it wrote. */
  readonly ownDataHashes?: Readonly<Record<string, string>>;
}

/**
 * Made as a Secret arrives, before it is stored: an informer's transform. There is one for each ExternalSecret, so what is the
 * same in many of them is kept once, and what nobody looks at is not kept.
 */
export function snapshotSecret(secret: Secret): SecretSnapshot {
  const data = decodeSecretData(secret.data);
  const dataHash = hashSecretData(data);
  const shares = ownDataHashes(secret.metadata, data, dataHash);
  const stated = secret.metadata.annotations?.[ANNOTATION_DATA_HASH];
  return {
    apiVersion: secret.apiVersion,
    kind: secret.kind,
    metadata: targetIdentity(secret.metadata),
    type: secret.type,
    immutable: secret.immutable === true,
    // The annotation's own text where they agree, which is nearly always.
    dataHash: stated === dataHash ? stated : dataHash,
    ...(shares ? { ownDataHashes: shares } : {}),
  };
}

/**
 * Whoever may write a Secret chooses what stands in its managedFields: managers whose keys are hashed, and bytes of values for all of
 * them. A share beyond is not known, and the Secret is read before it is written.
 */
const MAX_SHARES = 50;
const MAX_HASHED_BYTES = 4 * MAX_SECRET_BYTES;

/** Undefined where one manager alone wrote every key, which is nearly always. */
function ownDataHashes(
  { managedFields }: ObjectMeta,
  data: SecretData,
  dataHash: string,
): SecretSnapshot['ownDataHashes'] {
  const shares: Record<string, string> = {};
  let whole = false;
  let bytes = 0;
  const writers = writersOf(managedFields);
  for (const [manager, entries] of writers) {
    const own = ownedDataKeys(entries).filter((key) => data.has(key));
    whole ||= own.length === data.size;
    if (own.length === data.size) {
      shares[manager] = dataHash;
      continue;
    }
    const share = new Map(own.map((key) => [key, data.get(key) ?? NOTHING]));
    for (const value of share.values()) bytes += value.length;
    if (bytes > MAX_HASHED_BYTES) break;
    shares[manager] = hashSecretData(share);
  }
  return writers.size === 0 || (writers.size === 1 && whole) ? undefined : shares;
}

const NOTHING = new Uint8Array();

/** What each ExternalSecret wrote, by field manager. */
function writersOf(
  managedFields: readonly ManagedFieldsEntry[] = [],
): ReadonlyMap<string, readonly ManagedFieldsEntry[]> {
  const writers = new Map<string, ManagedFieldsEntry[]>();
  for (const entry of managedFields) {
    const { manager = '' } = entry;
    if (!isTargetManager(manager)) continue;
    const entries = writers.get(manager);
    if (entries) entries.push(entry);
    else if (writers.size < MAX_SHARES) writers.set(manager, [entry]);
  }
  return writers;
}

/** Hash of the keys that a manager wrote; undefined where it wrote nothing. */
export function ownDataHash(
  { metadata, dataHash, ownDataHashes: shares }: SecretSnapshot,
  manager: string,
): string | undefined {
  if (shares) return shares[manager];
  return metadata.managedFields?.some((entry) => entry.manager === manager) === true ? dataHash : undefined;
}

/** The metadata of a target as a snapshot keeps it. */
export function targetIdentity(metadata: ObjectMeta): ObjectMeta {
  const { name, namespace, uid, resourceVersion, labels, finalizers, deletionTimestamp } = metadata;
  const { ownerReferences, managedFields } = metadata;
  const controller = ownerReferences?.find((owner) => owner.controller === true);
  const own = (managedFields ?? []).filter(({ manager = '' }) => isTargetManager(manager)).map(slim);
  return {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(labels === undefined ? {} : { labels }),
    annotations: without(metadata.annotations, [ANNOTATION_LAST_APPLIED]),
    ...(finalizers === undefined ? {} : { finalizers }),
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
 * annotation says.
 */
export function isIntact(target: TargetSnapshot | undefined): boolean {
  return (
    target !== undefined &&
    target.metadata.labels?.[LABEL_MANAGED] === 'true' &&
    target.metadata.annotations?.[ANNOTATION_DATA_HASH] === target.dataHash
  );
}

/**
 * Whether a target holds something that this manager wrote, by its managedFields. What was made anew by one of several who write it
 * holds nothing of the others, and its hash is right all the same.
 */
export function holdsShare({ metadata }: TargetSnapshot, manager: string): boolean {
  return metadata.managedFields?.some((entry) => entry.manager === manager) === true;
}
