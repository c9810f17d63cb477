/** Labels and annotations of a target (docs/design/external-secret.md). */
import { ANNOTATION_DATA_HASH, LABEL_CREATED_BY, LABEL_MANAGED } from '@eso/api/resources';
import type { ObjectMeta } from '@eso/kube';
import type { OwnedFields } from './field-manager.ts';

/** Labels or annotations. */
export type StringMap = Readonly<Record<string, string>>;

/** Labels and annotations as they have to be. */
export interface TargetMetadata {
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** The marks of this project on a target. */
export interface TargetMarks {
  readonly dataHash: string;
  /** Hash that names the ExternalSecret, where it is the controller. */
  readonly createdBy: string | undefined;
}

/**
 * What others put there stays, what this ExternalSecret put there earlier goes, what it puts there now is laid over; the marks of
 * this project come last.
 * @param owned what the ExternalSecret put there earlier; nothing where its labels and annotations are to stay as they are
 */
export function targetMetadata(
  existing: Pick<ObjectMeta, 'labels' | 'annotations'> | undefined,
  owned: Pick<OwnedFields, 'labels' | 'annotations'>,
  own: { readonly labels: StringMap; readonly annotations: StringMap },
  { dataHash, createdBy }: TargetMarks,
): TargetMetadata {
  return {
    labels: {
      ...without(existing?.labels, [...owned.labels, LABEL_CREATED_BY]),
      ...own.labels,
      [LABEL_MANAGED]: 'true',
      ...(createdBy === undefined ? {} : { [LABEL_CREATED_BY]: createdBy }),
    },
    annotations: {
      ...without(existing?.annotations, owned.annotations),
      ...own.annotations,
      [ANNOTATION_DATA_HASH]: dataHash,
    },
  };
}

/** A map without some of its keys. */
export function without(map: StringMap | undefined, keys: readonly string[]): Record<string, string> {
  const left = new Set(keys);
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !left.has(key)));
}

/** Whether two maps hold the same; an absent one is an empty one. */
export function sameMap(a: StringMap | undefined, b: StringMap | undefined): boolean {
  const left = Object.entries(a ?? {});
  return left.length === Object.keys(b ?? {}).length && left.every(([key, value]) => b?.[key] === value);
}
