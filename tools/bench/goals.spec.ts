import { goalsOf, passes } from './goals.ts';
import type { Report } from './report.ts';

const report: Report = {
  scenario: 'first-sync',
  objects: 10_000,
  seconds: 1,
  objectsPerSecond: 90,
  floorObjectsPerSecond: 100,
  requestsPerObject: { total: 3 },
  processes: { core: { cpuSeconds: 1, peakRssMiB: 200 } },
};
const told = (figures: Partial<Report>): string[] =>
  goalsOf({ ...report, ...figures }).map(({ what, figure, met }) => `${what}: ${figure}, ${met ? 'met' : 'not met'}`);
const rss = "core's peak RSS at most 200 MiB: 200 MiB, met";

test.each<[string, Partial<Report>, string[]]>([
  ['a first sync at the bound', {}, ['at least 0.9 of the floor: 0.900, met', rss]],
  ['a slower one', { objectsPerSecond: 89 }, ['at least 0.9 of the floor: 0.890, not met', rss]],
  [
    'a start that takes more memory',
    { coreRssMiB: { idle: 90, restartPeak: 201 } },
    ['at least 0.9 of the floor: 0.900, met', "core's peak RSS at most 200 MiB: 201 MiB, not met"],
  ],
  [
    'refreshes',
    { scenario: 'refresh', requestsPerObject: { total: 1.02 } },
    ['at most 1.01 requests per object: 1.020, not met', rss],
  ],
  [
    'coalesced refreshes',
    { scenario: 'refresh-coalesced', requestsPerObject: { total: 0.15 } },
    ['at most 0.15 requests per object: 0.150, met', rss],
  ],
  [
    'a restart',
    { scenario: 'restart', requestsPerObject: { total: 0.02 } },
    ['at most 0.01 requests per object: 0.020, not met', rss],
  ],
  [
    'a new object beside a crowd',
    { scenario: 'lane', latencySeconds: { p50: 0.1, p99: 0.6, tries: 50 } },
    ['p99 of a new object at most 0.5 s: 0.600 s, not met', rss],
  ],
  ['a scenario without a goal of its own', { scenario: 'change' }, [rss]],
])('%s', (_what, figures, goals) => {
  expect(told(figures)).toEqual(goals);
});

test('a goal that is not met counts where there are as many objects as it is stated for', () => {
  expect(passes(report)).toBe(true);
  expect(passes({ ...report, objectsPerSecond: 89 })).toBe(false);
  expect(passes({ ...report, objectsPerSecond: 89, objects: 9_999 })).toBe(true);
});
