/** What an ExternalSecret wants of its Secret, besides the data itself. */
import type { ExternalSecret } from '@eso/api/resources';
import type { Secret } from '@eso/kube';
import { hashOwner } from '../data/hash.ts';
import { ownedFields } from './field-manager.ts';
import { sameMap, targetMetadata, type TargetMarks, type TargetMetadata } from './metadata.ts';
import { targetOwnershipOf } from './ownership.ts';
import type { CreationRule } from './policies.ts';
import type { SecretContent } from './secret-content.ts';

/** The ExternalSecret's side of a plan; `manager` is the field manager that it writes as. */
export interface Wanted {
  readonly externalSecret: ExternalSecret;
  readonly content: SecretContent;
  readonly rule: CreationRule;
  readonly manager: string;
}

/** An immutable target that is there already keeps what it has, whatever was fetched; only its marks are set. */
export const isFrozen = ({ spec }: ExternalSecret): boolean => spec.target?.immutable === true;

/** A Secret, or what is remembered of it, as far as its metadata is judged. */
interface Dressed {
  readonly metadata: Secret['metadata'];
  readonly type?: string | undefined;
  readonly immutable?: boolean | undefined;
}

/** Labels and annotations as they are to be, with the marks of this project for data of that hash. */
export function metadataAfter(wanted: Wanted, { metadata }: Dressed, dataHash: string): TargetMetadata {
  const { externalSecret, content, manager } = wanted;
  const marks = marksOf(wanted, dataHash);
  // A frozen target keeps the labels and annotations that it has, too.
  if (isFrozen(externalSecret)) return targetMetadata(metadata, NOTHING_OWNED, { labels: {}, annotations: {} }, marks);
  return targetMetadata(metadata, ownedFields(metadata.managedFields, manager), content, marks);
}

/** What a manager owns that has written nothing. */
export const NOTHING_OWNED = { labels: [], annotations: [] };

/** The marks of this project on data of that hash. */
export function marksOf({ externalSecret: { metadata }, rule }: Wanted, dataHash: string): TargetMarks {
  return { dataHash, createdBy: rule.owns ? hashOwner(metadata.namespace ?? '', metadata.name) : undefined };
}

/** Whether everything but the data is as it should be. */
export function isDressed(wanted: Wanted, secret: Dressed, dataHash: string): boolean {
  const { externalSecret, content, rule } = wanted;
  const { metadata, type, immutable } = secret;
  const { labels, annotations } = metadataAfter(wanted, secret, dataHash);
  const controller = metadata.ownerReferences?.find((owner) => owner.controller === true);
  const { kind } = targetOwnershipOf(metadata.ownerReferences, externalSecret.metadata.name);
  const frozen = isFrozen(externalSecret);
  return (
    (rule.owns ? controller?.uid === externalSecret.metadata.uid : kind !== 'own') &&
    sameMap(metadata.labels, labels) &&
    sameMap(metadata.annotations, annotations) &&
    (frozen
      ? immutable === true
      : (content.type === undefined || content.type === type) && missingFinalizers(content, secret).length === 0)
  );
}

/** Finalizers that are still to be added. */
export function missingFinalizers({ finalizers }: SecretContent, { metadata }: Dressed): string[] {
  // The API server takes no new one while the object is being deleted.
  if (metadata.deletionTimestamp !== undefined) return [];
  const present = new Set(metadata.finalizers);
  return finalizers.filter((name) => !present.has(name));
}
