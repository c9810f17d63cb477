/** Whether a target is as it was written. */
import { hashData } from './hash.ts';
import { HASH_ANNOTATION, MANAGED_LABEL } from './marks.ts';
import type { SyncedObject, TargetSecret } from './objects.ts';

/** Whether a target is valid, and by which line of the table. */
export interface Validity {
  readonly valid: boolean;
  readonly why: string;
}

/** An invalid target is synced whatever policy, interval and windows say. */
export function validityOf({ spec }: SyncedObject, secret: TargetSecret | undefined): Validity {
  if (spec.target?.creationPolicy === 'Orphan') return { valid: true, why: 'Orphan' };
  if (!secret) return { valid: false, why: 'missing' };
  const { labels, annotations } = secret.metadata;
  if (labels?.[MANAGED_LABEL] !== 'true') return { valid: false, why: 'not labelled' };
  if (annotations?.[HASH_ANNOTATION] !== hashData(secret.data)) return { valid: false, why: 'other data' };
  return { valid: true, why: 'intact' };
}
