/** Whether values are fetched again, as far as the policy goes. */
import { goDuration } from './duration.ts';
import { versionOf } from './hash.ts';
import type { SyncedObject } from './objects.ts';
import { windowsAllow } from './windows.ts';

/** Whether a refresh is due, and by which line of the table. */
export interface Due {
  readonly due: boolean;
  readonly why: string;
}

/** @param now milliseconds since the epoch */
export function dueAt({ spec, status, metadata }: SyncedObject, now: number): Due {
  const synced = status?.syncedResourceVersion ?? '';
  const refreshed = status?.refreshTime == null ? undefined : Date.parse(status.refreshTime);
  const changed = synced !== versionOf(metadata);
  if (spec.refreshPolicy === 'CreatedOnce' || spec.refreshPolicy === 'OnChange') {
    if (synced === '' || refreshed === undefined) return { due: true, why: 'never synced' };
    if (spec.refreshPolicy === 'OnChange' && changed) return { due: true, why: 'changed' };
    return { due: false, why: spec.refreshPolicy };
  }
  const interval = goDuration(spec.refreshInterval ?? '1h');
  if (interval <= 0 && synced !== '') return { due: false, why: 'no interval' };
  if (changed) return { due: true, why: 'changed' };
  if (refreshed === undefined) return { due: true, why: 'never refreshed' };
  if (refreshed > now) return { due: true, why: 'refreshed in the future' };
  if (refreshed + interval >= now) return { due: false, why: 'interval runs' };
  return windowsAllow(spec.syncWindows, now)
    ? { due: true, why: 'interval elapsed' }
    : { due: false, why: 'outside of its windows' };
}
