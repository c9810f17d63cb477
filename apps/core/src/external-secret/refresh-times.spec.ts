import type { ExternalSecret, ExternalSecretStatus } from '@eso/api/resources';
import { RefreshTimes } from './refresh-times.ts';

const KEY = 'team/app';
const READY = { type: 'Ready', status: 'True' } as const;
const STATUS: ExternalSecretStatus = { conditions: [READY], refreshTime: at(0), syncedResourceVersion: '1-x' };

function at(minute: number): string {
  return new Date(Date.UTC(2026, 10, 28, 12, minute)).toISOString();
}

function object(status: ExternalSecretStatus = STATUS, uid = 'one'): ExternalSecret {
  const metadata = { name: 'app', namespace: 'team', uid };
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata,
    spec: {},
    status,
  };
}

/** What a refresh that changed nothing makes of the status. */
const refreshed = (es: ExternalSecret | undefined, minute: number): ExternalSecretStatus => ({
  ...es?.status,
  conditions: [...(es?.status?.conditions ?? [])],
  refreshTime: at(minute),
});

/** An object that is refreshed each minute; returns the minutes whose refresh was written. */
function writes(times: RefreshTimes, minutes: number): number[] {
  let stored = object();
  const written: number[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    const seen = times.applyTo(KEY, stored);
    expect(seen?.status?.refreshTime).toBe(at(minute - 1));
    const after = refreshed(seen, minute);
    if (seen && times.holdBack(KEY, seen, after)) continue;
    stored = object(after);
    written.push(minute);
  }
  return written;
}

test('each refresh is written, unless told otherwise', () => {
  expect(writes(new RefreshTimes(1), 3)).toEqual([1, 2, 3]);
});

test('one in so many is written, and each counts from the refresh before it', () => {
  const times = new RefreshTimes(10);
  expect(writes(times, 30)).toEqual([10, 20, 30]);
  expect(times.applyTo(KEY, object(refreshed(object(), 30)))?.status?.refreshTime).toBe(at(30));
  expect(times.size).toBe(0);
});

test.each<[string, Partial<ExternalSecretStatus>]>([
  ['another condition', { conditions: [{ ...READY }] }],
  ['one condition more', { conditions: [READY, { type: 'Deleted', status: 'False' }] }],
  ['another spec', { syncedResourceVersion: '2-x' }],
  ['another target', { binding: { name: 'other' } }],
])('a status with %s is written', (_what, change) => {
  const times = new RefreshTimes(10);
  expect(times.holdBack(KEY, object(), { ...refreshed(object(), 1), ...change })).toBe(false);
});

test('a first sync is written, and so is what moves no time', () => {
  const times = new RefreshTimes(10);
  const fresh = object({});
  expect(times.holdBack(KEY, fresh, refreshed(fresh, 1))).toBe(false);
  expect(times.holdBack(KEY, object(), STATUS)).toBe(false);
  expect(times.holdBack(KEY, object(), undefined)).toBe(false);
});

test.each<[string, ExternalSecret | undefined]>([
  ['the status that somebody emptied', object({})],
  ['a later time that somebody wrote', object({ ...STATUS, refreshTime: at(7) })],
  ['another object of the same name', object(STATUS, 'two')],
  ['an object that is gone', undefined],
])('%s holds, and nothing is remembered any more', (_what, now) => {
  const times = new RefreshTimes(10);
  const seen = object();
  expect(times.holdBack(KEY, seen, refreshed(seen, 5))).toBe(true);
  expect(times.applyTo(KEY, seen)?.status?.refreshTime).toBe(at(5));
  expect(times.applyTo(KEY, now)).toBe(now);
  expect(times.size).toBe(0);
});

test('what is only looked at may be older than the last write: nothing is forgotten over it', () => {
  const times = new RefreshTimes(10);
  const seen = object();
  times.holdBack(KEY, seen, refreshed(seen, 5));
  const old = object({ ...STATUS, refreshTime: at(-5) });
  expect(times.show(KEY, old)).toBe(old);
  expect(times.show(KEY, seen).status?.refreshTime).toBe(at(5));
});

test('a failure in between writes the time of the last success, held back or not', () => {
  const times = new RefreshTimes(10);
  const seen = object();
  times.holdBack(KEY, seen, refreshed(seen, 5));
  const failed = { ...times.applyTo(KEY, seen)?.status, conditions: [{ type: 'Ready', status: 'False' } as const] };
  expect(times.holdBack(KEY, seen, failed)).toBe(false);
  expect(failed.refreshTime).toBe(at(5));
});
