import type { ExternalSecret, ExternalSecretSpec, RefreshPolicy } from '@eso/api/resources';
import fc from 'fast-check';
import { isDue, refreshIntervalMs, requeueAfter, syncedResourceVersion } from './refresh.ts';

const HOUR = 3_600_000;
const NOW = Date.UTC(2026, 0, 2, 12);
const at = (ms: number): string => new Date(ms).toISOString();

interface Given {
  spec?: ExternalSecretSpec;
  /** Absent: the version of the object as it is. */
  synced?: string | undefined;
  refreshedAt?: number | undefined;
}

function given({ spec = {}, refreshedAt, ...rest }: Given): ExternalSecret {
  const base: ExternalSecret = {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name: 'es', namespace: 'ns', generation: 3, labels: { a: 'b' }, annotations: { foo: 'bar' } },
    spec,
  };
  const synced = 'synced' in rest ? rest.synced : syncedResourceVersion(base);
  return {
    ...base,
    status: {
      ...(synced === undefined ? {} : { syncedResourceVersion: synced }),
      ...(refreshedAt === undefined ? {} : { refreshTime: at(refreshedAt) }),
    },
  };
}

test('the synced version is generation and metadata', () => {
  expect(syncedResourceVersion(given({}))).toBe('3-a366c67789d90ed5749538ecaaf6585f8d4e358f422e41255a51f01c');
});

const periodic = (refreshInterval: string): ExternalSecretSpec => ({ refreshPolicy: 'Periodic', refreshInterval });

test.each<[string, Given, ReturnType<typeof isDue>]>([
  ['never synced', { synced: undefined }, { due: true, why: 'neverSynced' }],
  ['no refresh time', {}, { due: true, why: 'neverSynced' }],
  ['an old version', { synced: '2-x', refreshedAt: NOW - 1000 }, { due: true, why: 'changed' }],
  ['a clock that went back', { refreshedAt: NOW + 1000 }, { due: true, why: 'refreshTimeInFuture' }],
  ['before the interval', { refreshedAt: NOW - HOUR + 1000 }, { due: false, why: 'intervalRunning' }],
  ['at the interval', { refreshedAt: NOW - HOUR }, { due: true, why: 'elapsed' }],
  ['past a short interval', { spec: periodic('10s'), refreshedAt: NOW - 11_000 }, { due: true, why: 'elapsed' }],
  ['interval 0, synced once', { spec: periodic('0'), refreshedAt: 0 }, { due: false, why: 'noInterval' }],
  [
    'interval 0, changed since',
    { spec: periodic('0s'), synced: 'x', refreshedAt: 0 },
    { due: false, why: 'noInterval' },
  ],
  ['a negative interval', { spec: periodic('-1h'), refreshedAt: 0 }, { due: false, why: 'noInterval' }],
  ['interval 0, never synced', { spec: periodic('0'), synced: undefined }, { due: true, why: 'neverSynced' }],
  [
    'CreatedOnce, never synced',
    { spec: { refreshPolicy: 'CreatedOnce' }, synced: '' },
    { due: true, why: 'neverSynced' },
  ],
  ['CreatedOnce, no refresh time', { spec: { refreshPolicy: 'CreatedOnce' } }, { due: true, why: 'neverSynced' }],
  [
    'CreatedOnce, changed and long ago',
    { spec: { refreshPolicy: 'CreatedOnce' }, synced: 'x', refreshedAt: 0 },
    { due: false, why: 'createdOnce' },
  ],
  ['OnChange, long ago', { spec: { refreshPolicy: 'OnChange' }, refreshedAt: 0 }, { due: false, why: 'unchanged' }],
  [
    'OnChange, changed, interval 0',
    { spec: { refreshPolicy: 'OnChange', refreshInterval: '0' }, synced: 'x', refreshedAt: NOW },
    { due: true, why: 'changed' },
  ],
  [
    'OnChange, never synced',
    { spec: { refreshPolicy: 'OnChange' }, synced: undefined },
    { due: true, why: 'neverSynced' },
  ],
])('%s', (_name, input, expected) => {
  expect(isDue(given(input), NOW)).toEqual(expected);
});

test.each<[string, RefreshPolicy, string, number | undefined, ReturnType<typeof requeueAfter>]>([
  ['just refreshed', 'Periodic', '1h', NOW, { kind: 'after', ms: HOUR }],
  ['half an interval ago', 'Periodic', '1h', NOW - HOUR / 2, { kind: 'after', ms: HOUR / 2 }],
  ['an interval ago', 'Periodic', '1h', NOW - HOUR, { kind: 'now' }],
  ['in the future', 'Periodic', '1h', NOW + 1, { kind: 'now' }],
  ['never', 'Periodic', '90s', undefined, { kind: 'after', ms: 90_000 }],
  ['without an interval', 'Periodic', '0', 0, { kind: 'none' }],
  ['long ago, CreatedOnce', 'CreatedOnce', '1h', 0, { kind: 'after', ms: HOUR }],
  ['long ago, OnChange', 'OnChange', '1h', 0, { kind: 'after', ms: HOUR }],
  ['OnChange without an interval', 'OnChange', '0', 0, { kind: 'none' }],
])('requeue when refreshed %s', (_name, refreshPolicy, refreshInterval, refreshedAt, expected) => {
  expect(requeueAfter(given({ spec: { refreshPolicy, refreshInterval } }), refreshedAt, NOW)).toEqual(expected);
});

test.each([
  [undefined, HOUR],
  ['1h0m0s', HOUR],
  ['1m30s', 90_000],
  ['0', 0],
  ['-5m', 0],
  ['nonsense', HOUR],
])('interval %s is %d ms', (refreshInterval, expected) => {
  expect(refreshIntervalMs({ spec: refreshInterval === undefined ? {} : { refreshInterval } })).toBe(expected);
});

test('a periodic refresh that is not due is looked at again no later than when it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 0, max: 200_000 }), (seconds, agoSeconds) => {
      const refreshedAt = NOW - agoSeconds * 1000;
      const externalSecret = given({ spec: { refreshInterval: `${seconds}s` }, refreshedAt });
      const { due } = isDue(externalSecret, NOW);
      const requeue = requeueAfter(externalSecret, refreshedAt, NOW);
      expect(requeue.kind === 'now').toBe(due);
      if (requeue.kind === 'after') expect(isDue(externalSecret, NOW + requeue.ms).due).toBe(true);
    }),
  );
});
