/** When an ExternalSecret is fetched again (spec/core.md 1.7 and 1.10). */
import type { ExternalSecret } from '@eso/api/resources';
import { parseDuration } from '@eso/runtime';
import { hashMeta } from '../data/hash.ts';

/** Whether to fetch now, and why: `neverSynced` outranks `changed`, which outranks `elapsed`, in the work queue. */
export type Due =
  | { readonly due: true; readonly why: 'neverSynced' | 'changed' | 'elapsed' | 'refreshTimeInFuture' }
  | { readonly due: false; readonly why: 'createdOnce' | 'unchanged' | 'noInterval' | 'intervalRunning' };

/** When to look again without an event. */
export type Requeue =
  { readonly kind: 'none' } | { readonly kind: 'after'; readonly ms: number } | { readonly kind: 'now' };

const DEFAULT_INTERVAL_MS = 3_600_000;

/** `<generation>-<hash of labels and annotations>`: what `status.syncedResourceVersion` records at each sync. */
export function syncedResourceVersion({ metadata }: Pick<ExternalSecret, 'metadata'>): string {
  return `${metadata.generation ?? 0}-${hashMeta(metadata.labels, metadata.annotations)}`;
}

/**
 * `spec.refreshInterval` in milliseconds, 0 when there is no periodic refresh. The API server refuses text that is not a
 * duration; where an older object has one, the default interval holds.
 */
export function refreshIntervalMs({ spec }: Pick<ExternalSecret, 'spec'>): number {
  if (spec.refreshInterval === undefined) return DEFAULT_INTERVAL_MS;
  try {
    return Math.max(0, parseDuration(spec.refreshInterval));
  } catch {
    return DEFAULT_INTERVAL_MS;
  }
}

/**
 * Whether values are to be fetched again, as far as the policy goes; a target that is not as it was written overrides it.
 * @param now wall clock, milliseconds since the epoch
 */
export function isDue(externalSecret: ExternalSecret, now: number): Due {
  const { status, spec } = externalSecret;
  const synced = status?.syncedResourceVersion ?? '';
  const refreshedAt = refreshTimeMs(externalSecret);
  const never = synced === '' || refreshedAt === undefined;
  const changed = synced !== syncedResourceVersion(externalSecret);
  switch (spec.refreshPolicy) {
    case 'CreatedOnce':
      return never ? { due: true, why: 'neverSynced' } : { due: false, why: 'createdOnce' };
    case 'OnChange':
      if (never) return { due: true, why: 'neverSynced' };
      return changed ? { due: true, why: 'changed' } : { due: false, why: 'unchanged' };
    case 'Periodic':
    case undefined: {
      const interval = refreshIntervalMs(externalSecret);
      if (interval === 0 && synced !== '') return { due: false, why: 'noInterval' };
      if (never) return { due: true, why: 'neverSynced' };
      if (changed) return { due: true, why: 'changed' };
      if (refreshedAt > now) return { due: true, why: 'refreshTimeInFuture' };
      return now - refreshedAt > interval ? { due: true, why: 'elapsed' } : { due: false, why: 'intervalRunning' };
    }
  }
}

/**
 * When to look at an ExternalSecret again after a pass that succeeded or had nothing to do. Under CreatedOnce and
 * OnChange time changes nothing, so that it is looked at once in each interval; upstream does it in a backoff loop.
 * @param refreshedAt what `status.refreshTime` is after this pass, milliseconds; undefined when it is unset
 */
export function requeueAfter(externalSecret: ExternalSecret, refreshedAt: number | undefined, now: number): Requeue {
  const interval = refreshIntervalMs(externalSecret);
  const policy = externalSecret.spec.refreshPolicy;
  if (interval === 0) return { kind: 'none' };
  if (refreshedAt === undefined || policy === 'CreatedOnce' || policy === 'OnChange') {
    return { kind: 'after', ms: interval };
  }
  const elapsed = now - refreshedAt;
  if (elapsed < 0 || elapsed >= interval) return { kind: 'now' };
  return { kind: 'after', ms: interval - elapsed };
}

/** `status.refreshTime` in milliseconds since the epoch; undefined when it is unset or unreadable. */
export function refreshTimeMs({ status }: Pick<ExternalSecret, 'status'>): number | undefined {
  const time = Date.parse(status?.refreshTime ?? '');
  return Number.isNaN(time) ? undefined : time;
}
