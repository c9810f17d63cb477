import { dueAt } from './due.ts';
import { versionOf } from './hash.ts';
import type { SyncedObject, SyncStatus } from './objects.ts';

const NOW = Date.parse('2026-01-05T12:00:00Z');
const metadata = { name: 'app', namespace: 'team', generation: 2 };
const minutesAgo = (minutes: number): string => new Date(NOW - minutes * 60_000).toISOString();

function object(spec: SyncedObject['spec'], status: SyncStatus = {}): SyncedObject {
  const synced = { syncedResourceVersion: versionOf(metadata), refreshTime: minutesAgo(30) };
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata,
    spec,
    status: { ...synced, ...status },
  };
}

const OLDER = { syncedResourceVersion: '1-of-before' };
const NEVER = { syncedResourceVersion: '' };
const UNTIMED = { refreshTime: null };
const LONG_AGO = { refreshTime: minutesAgo(61) };
const IN_FUTURE = { refreshTime: minutesAgo(-1) };
const closed = { kind: 'deny', windows: [{ schedule: '0 12 * * *', duration: '1h' }] };

test.each<[SyncedObject['spec'], SyncStatus, boolean, string]>([
  [{ refreshPolicy: 'CreatedOnce' }, OLDER, false, 'CreatedOnce'],
  [{ refreshPolicy: 'CreatedOnce' }, NEVER, true, 'never synced'],
  [{ refreshPolicy: 'CreatedOnce' }, UNTIMED, true, 'never synced'],
  [{ refreshPolicy: 'OnChange' }, LONG_AGO, false, 'OnChange'],
  [{ refreshPolicy: 'OnChange' }, OLDER, true, 'changed'],
  [{}, {}, false, 'interval runs'],
  [{}, OLDER, true, 'changed'],
  [{}, UNTIMED, true, 'never refreshed'],
  [{}, IN_FUTURE, true, 'refreshed in the future'],
  [{}, LONG_AGO, true, 'interval elapsed'],
  [{ refreshPolicy: 'Periodic', refreshInterval: '2h' }, LONG_AGO, false, 'interval runs'],
  [{ refreshInterval: '30m' }, {}, false, 'interval runs'],
  [{ refreshInterval: '29m59s' }, {}, true, 'interval elapsed'],
  [{ refreshInterval: '0' }, OLDER, false, 'no interval'],
  [{ refreshInterval: '-1h' }, LONG_AGO, false, 'no interval'],
  [{ refreshInterval: '0s' }, NEVER, true, 'changed'],
  [{ syncWindows: closed }, LONG_AGO, false, 'outside of its windows'],
  [{ syncWindows: closed }, OLDER, true, 'changed'],
])('%j with status %j is due: %p, %s', (spec, status, due, why) => {
  expect(dueAt(object(spec, status), NOW)).toEqual({ due, why });
});
