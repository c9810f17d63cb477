import type { ExternalSecret, ExternalSecretSpec, RefreshPolicy } from '@eso/api/resources';
import fc from 'fast-check';
import { isDue, isSameVersion, refreshIntervalMs, requeueAfter, syncedResourceVersion } from './refresh.ts';

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

test('two states have the same version exactly where the synced versions are equal', () => {
  const words = fc.constantFrom('', 'a', 'b');
  const map = fc.option(fc.dictionary(words, words, { maxKeys: 2 }), { nil: undefined });
  const state = fc.record({ generation: fc.integer({ min: 1, max: 2 }), labels: map, annotations: map });
  const object = (metadata: object) => ({ metadata: { name: 'es', ...metadata } });
  fc.assert(
    fc.property(state, state, (a, b) => {
      const equal = syncedResourceVersion(object(a)) === syncedResourceVersion(object(b));
      expect(isSameVersion(object(a), object(b))).toBe(equal);
      expect(isSameVersion(object(a), object({ ...a, labels: { ...a.labels } }))).toBe(true);
    }),
    { numRuns: 300 },
  );
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

describe('every policy, version, refresh time, interval and window', () => {
  /** Each with what it is, in words that the second formulation below is made of. */
  const POLICIES = [undefined, 'Periodic', 'OnChange', 'CreatedOnce'] as const;
  const VERSIONS = ['none', 'empty', 'same', 'other'] as const;
  const REFRESHED = ['never', 'unreadable', 'future', 'now', 'halfAgo', 'intervalAgo', 'longAgo'] as const;
  const INTERVALS = [undefined, '1h', '0', '-1h'] as const;
  const WINDOWS = ['none', 'allowOpen', 'allowShut', 'denyOpen', 'denyShut'] as const;
  type Row = readonly [
    policy: (typeof POLICIES)[number],
    version: (typeof VERSIONS)[number],
    refreshed: (typeof REFRESHED)[number],
    interval: (typeof INTERVALS)[number],
    windows: (typeof WINDOWS)[number],
  ];
  const rows: Row[] = POLICIES.flatMap((policy) =>
    VERSIONS.flatMap((version) =>
      REFRESHED.flatMap((refreshed) =>
        INTERVALS.flatMap((interval) => WINDOWS.map((windows): Row => [policy, version, refreshed, interval, windows])),
      ),
    ),
  );

  const REFRESH_TIMES: Readonly<Record<(typeof REFRESHED)[number], number | undefined>> = {
    never: undefined,
    unreadable: undefined,
    future: NOW + 1,
    now: NOW,
    halfAgo: NOW - HOUR / 2,
    intervalAgo: NOW - HOUR,
    longAgo: NOW - 100 * HOUR,
  };

  /** The windows are of the hour before NOW, which is at noon, or of the hour after 13 o'clock. */
  const windowsOf = (windows: Row[4]): Pick<ExternalSecretSpec, 'syncWindows'> => {
    if (windows === 'none') return {};
    const covers = windows === 'allowOpen' || windows === 'denyShut';
    const kind = windows.startsWith('allow') ? ('allow' as const) : ('deny' as const);
    return { syncWindows: { kind, windows: [{ schedule: `0 ${covers ? 11 : 13} * * *`, duration: '90m' }] } };
  };

  function build([refreshPolicy, version, refreshed, refreshInterval, windows]: Row): ExternalSecret {
    const spec = {
      ...(refreshPolicy && { refreshPolicy }),
      ...(refreshInterval && { refreshInterval }),
      ...windowsOf(windows),
    };
    const refreshedAt = REFRESH_TIMES[refreshed];
    const synced = { none: { synced: undefined }, empty: { synced: '' }, other: { synced: '2-x' }, same: {} }[version];
    const es = given({ spec, refreshedAt, ...synced });
    return refreshed === 'unreadable' ? { ...es, status: { ...es.status, refreshTime: 'yesterday' } } : es;
  }

  /** As sums of conditions instead of a sequence of questions. */
  function expectedDue([policy, version, refreshed, interval, windows]: Row): boolean {
    const once = version === 'none' || version === 'empty' || refreshed === 'never' || refreshed === 'unreadable';
    const unsynced = version === 'none' || version === 'empty';
    const changed = version !== 'same';
    const passed = refreshed === 'intervalAgo' || refreshed === 'longAgo';
    const off = interval === '0' || interval === '-1h';
    const through = windows === 'none' || windows === 'allowOpen' || windows === 'denyOpen';
    if (policy === 'CreatedOnce') return once;
    if (policy === 'OnChange') return once || changed;
    return (!off || unsynced) && (once || changed || refreshed === 'future' || ((passed || off) && through));
  }

  test(`${rows.length} combinations are due when the table of the policies says so [1.2.3] [1.2.4] [1.7.1] [1.7.2] [1.7.3] [1.7.4] [1.7.5] [1.7.6] [1.7.7] [1.7.8] [1.18.1] [8.2]`, () => {
    const wrong = rows.filter((row) => isDue(build(row), NOW).due !== expectedDue(row));
    expect(wrong).toEqual([]);
  });

  test('the next look is at the end of the interval, or when a window lets it through [1.10.1] [1.10.2] [1.10.3] [1.10.4] [1.10.5] [1.10.12] [1.10.13]', () => {
    const expected = ([policy, , refreshed, interval, windows]: Row): ReturnType<typeof requeueAfter> => {
      if (interval === '0' || interval === '-1h') return { kind: 'none' };
      const atOnce = refreshed === 'future' || refreshed === 'intervalAgo' || refreshed === 'longAgo';
      if (policy === 'CreatedOnce' || policy === 'OnChange' || refreshed === 'never' || refreshed === 'unreadable')
        return { kind: 'after', ms: HOUR };
      if (!atOnce) return { kind: 'after', ms: refreshed === 'now' ? HOUR : HOUR / 2 };
      if (refreshed === 'future') return { kind: 'now' };
      if (windows === 'allowShut') return { kind: 'after', ms: HOUR };
      return windows === 'denyShut' ? { kind: 'after', ms: HOUR / 2 + 1 } : { kind: 'now' };
    };
    for (const row of rows) {
      const es = build(row);
      expect([row, requeueAfter(es, REFRESH_TIMES[row[2]], NOW)]).toEqual([row, expected(row)]);
    }
  });
});

test('one that waits for a window is looked at every hour at least, however far the window is', () => {
  const syncWindows = { kind: 'allow' as const, windows: [{ schedule: '@yearly', duration: '1h' }] };
  const es = given({ spec: { refreshInterval: '1m', syncWindows }, refreshedAt: NOW - HOUR });
  expect(requeueAfter(es, NOW - HOUR, NOW)).toEqual({ kind: 'after', ms: HOUR });
});

test.each<[string, Partial<ExternalSecret['metadata']>]>([
  ['generation', { generation: 4 }],
  ['a label', { labels: { a: 'c' } }],
  ['a label less', { labels: {} }],
  ['an annotation', { annotations: { foo: 'bar', 'external-secrets.io/force-sync': '1' } }],
])('%s is a change for Periodic and OnChange, and none for CreatedOnce [1.7.9] [8.3]', (_name, metadata) => {
  const due = (spec: ExternalSecretSpec) => {
    const es = given({ spec, refreshedAt: NOW });
    return isDue({ ...es, metadata: { ...es.metadata, ...metadata } }, NOW).due;
  };
  expect([{}, { refreshPolicy: 'OnChange' as const }, { refreshPolicy: 'CreatedOnce' as const }].map(due)).toEqual([
    true,
    true,
    false,
  ]);
});
