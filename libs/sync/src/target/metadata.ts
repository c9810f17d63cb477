/** Labels and annotations of a target without a template (docs/design/external-secret.md). */
import {
  ANNOTATION_DATA_HASH,
  ANNOTATION_LAST_APPLIED,
  type ExternalSecret,
  LABEL_CREATED_BY,
  LABEL_MANAGED,
} from '@eso/api/resources';
import type { ObjectMeta } from '@eso/kube';
import { hashOwner } from '../data/hash.ts';
import type { OwnedFields } from './field-manager.ts';

/** Labels or annotations. */
export type StringMap = Readonly<Record<string, string>>;

/** Labels and annotations as they have to be. */
export interface TargetMetadata {
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/**
 * What others put there stays, what this ExternalSecret put there earlier goes, and its own labels and annotations are
 * copied; the marks of this project come last. kubectl's copy of the manifest is never copied: it describes the
 * ExternalSecret, and `kubectl apply` on the Secret would take it for the Secret's own.
 */
export function targetMetadata(
  existing: Pick<ObjectMeta, 'labels' | 'annotations'> | undefined,
  owned: OwnedFields,
  { metadata }: ExternalSecret,
  dataHash: string,
): TargetMetadata {
  return {
    labels: {
      ...without(existing?.labels, owned.labels),
      ...metadata.labels,
      [LABEL_MANAGED]: 'true',
      [LABEL_CREATED_BY]: hashOwner(metadata.namespace ?? '', metadata.name),
    },
    annotations: {
      ...without(existing?.annotations, owned.annotations),
      ...without(metadata.annotations, [ANNOTATION_LAST_APPLIED]),
      [ANNOTATION_DATA_HASH]: dataHash,
    },
  };
}

/** A map without some of its keys. */
export function without(map: StringMap | undefined, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(map ?? {}).filter(([key]) => !keys.includes(key)));
}

/** Whether two maps hold the same; an absent one is an empty one. */
export function sameMap(a: StringMap | undefined, b: StringMap | undefined): boolean {
  const left = Object.entries(a ?? {});
  return left.length === Object.keys(b ?? {}).length && left.every(([key, value]) => b?.[key] === value);
}
