/** When an ExternalSecret is fetched again (docs/design/external-secret.md). */
import type { ExternalSecret } from '@eso/api/resources';
import { parseDuration } from '@eso/runtime';
import { hashMeta } from '../data/hash.ts';
import { sameMap } from '../target/metadata.ts';
import { windowGate } from '../sync-windows/sync-windows.ts';

/** Whether to fetch now, and why: `neverSynced` outranks `changed`, which outranks `elapsed`, in the work queue. */
export type Due =
  | { readonly due: true; readonly why: 'neverSynced' | 'changed' | 'elapsed' | 'refreshTimeInFuture' }
  | {
      readonly due: false;
      readonly why: 'createdOnce' | 'unchanged' | 'noInterval' | 'intervalRunning' | 'windowClosed';
    };

/** When to look again without an event. */
export type Requeue =
  { readonly kind: 'none' } | { readonly kind: 'after'; readonly ms: number } | { readonly kind: 'now' };

const DEFAULT_INTERVAL_MS = 3_600_000;
/** One that waits for a window is looked at this often at least, in case the clock is set. */
const MAX_WINDOW_WAIT_MS = 3_600_000;

/** `<generation>-<hash of labels and annotations>`: what `status.syncedResourceVersion` records at each sync. */
export function syncedResourceVersion({ metadata }: Pick<ExternalSecret, 'metadata'>): string {
  return `${metadata.generation ?? 0}-${hashMeta(metadata.labels, metadata.annotations)}`;
}

/** Whether two states of one object have the same synced version; nothing is hashed for it. */
export function isSameVersion(a: Pick<ExternalSecret, 'metadata'>, b: Pick<ExternalSecret, 'metadata'>): boolean {
  return (
    a.metadata.generation === b.metadata.generation &&
    sameMap(a.metadata.labels, b.metadata.labels) &&
    sameMap(a.metadata.annotations, b.metadata.annotations)
  );
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
  const refreshedAt = refreshTimeMs(status);
  const policy = spec.refreshPolicy ?? 'Periodic';
  if (policy === 'Periodic' && refreshIntervalMs(externalSecret) === 0 && synced !== '') {
    return { due: false, why: 'noInterval' };
  }
  if (synced === '' || refreshedAt === undefined) return { due: true, why: 'neverSynced' };
  if (policy === 'CreatedOnce') return { due: false, why: 'createdOnce' };
  if (synced !== syncedResourceVersion(externalSecret)) return { due: true, why: 'changed' };
  if (policy === 'OnChange') return { due: false, why: 'unchanged' };
  if (refreshedAt > now) return { due: true, why: 'refreshTimeInFuture' };
  if (now - refreshedAt < refreshIntervalMs(externalSecret)) return { due: false, why: 'intervalRunning' };
  return windowGate(spec.syncWindows, now).open ? { due: true, why: 'elapsed' } : { due: false, why: 'windowClosed' };
}

/**
 * When to look at an ExternalSecret again after a pass that succeeded or had nothing to do. Under CreatedOnce and
 * OnChange time changes nothing, so that it is looked at once in each interval; upstream does it in a backoff loop. One that
 * a sync window holds back is looked at when that changes.
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
  if (elapsed >= 0 && elapsed < interval) return { kind: 'after', ms: interval - elapsed };
  const gate = elapsed < 0 ? ({ open: true } as const) : windowGate(externalSecret.spec.syncWindows, now);
  if (gate.open) return { kind: 'now' };
  return { kind: 'after', ms: Math.min((gate.changesAt ?? Infinity) - now, MAX_WINDOW_WAIT_MS) };
}

/** `status.refreshTime` in milliseconds since the epoch; undefined when it is unset or unreadable. */
export function refreshTimeMs(status: ExternalSecret['status']): number | undefined {
  const time = Date.parse(status?.refreshTime ?? '');
  return Number.isNaN(time) ? undefined : time;
}
