import { ANNOTATION_OWNER, LABEL_MANAGED_BY, MANAGED_BY_CERT_MANAGER } from '@eso/api/resources';
import type { OwnerReference, Secret } from '@eso/kube';
import type { LeafOwner } from './owner.ts';
import type { SecretProblem } from './reasons.ts';

/** Whose a Secret is, as seen by an owner that wants to keep its leaf in it. */
export type LeafOwnership =
  | { kind: 'own'; problems: readonly SecretProblem[] }
  /** Belongs to another owner. */
  | { kind: 'other'; ownerId: string }
  /** Not made by this process, or not recognisably so: never written. */
  | { kind: 'foreign' };

/**
 * Reads the marks of a Secret. It is the owner's when its annotation says so and one more mark does: the label, or the owner
 * reference. One mark alone may have been copied along with something else.
 */
export function leafOwnershipOf(secret: Secret, owner: LeafOwner): LeafOwnership {
  const { labels, annotations, ownerReferences } = secret.metadata;
  const labelled = labels?.[LABEL_MANAGED_BY] === MANAGED_BY_CERT_MANAGER;
  const ownerId = annotations?.[ANNOTATION_OWNER];
  if (ownerId === undefined) return { kind: 'foreign' };
  if (ownerId !== owner.id) {
    // An owner in another namespace can only have come with a copy.
    const isNeighbour = ownerId.startsWith(`${owner.secret.namespace}/`);
    return labelled && isNeighbour ? { kind: 'other', ownerId } : { kind: 'foreign' };
  }
  const { reference } = owner;
  const referenced = reference !== undefined && (ownerReferences ?? []).some((found) => found.uid === reference.uid);
  if (!labelled && !referenced) return { kind: 'foreign' };
  const problems: SecretProblem[] = [];
  if (!labelled) problems.push('ownership-label-missing');
  if (reference && !referenced) problems.push('owner-reference-missing');
  return { kind: 'own', problems };
}

/** The metadata of an owned Secret: all marks set, and whatever else stands there left alone. */
export function leafMetadata(owner: LeafOwner, existing: Secret | undefined): Secret['metadata'] {
  const before = existing?.metadata;
  const ownerReferences = mergeReferences(before?.ownerReferences ?? [], owner.reference);
  return {
    ...(before?.uid && { uid: before.uid }),
    ...(before?.resourceVersion && { resourceVersion: before.resourceVersion }),
    ...owner.secret,
    labels: { ...before?.labels, [LABEL_MANAGED_BY]: MANAGED_BY_CERT_MANAGER },
    annotations: { ...before?.annotations, [ANNOTATION_OWNER]: owner.id },
    ...(before?.finalizers && { finalizers: before.finalizers }),
    ...(ownerReferences.length > 0 && { ownerReferences }),
  };
}

/** Other Services' references go: the Secret would vanish with them. */
function mergeReferences(before: readonly OwnerReference[], own: OwnerReference | undefined): OwnerReference[] {
  if (!own) return [...before];
  return [...before.filter(({ apiVersion, kind }) => apiVersion !== own.apiVersion || kind !== own.kind), own];
}
