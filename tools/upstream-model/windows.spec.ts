import { goDuration } from './duration.ts';
import { windowsAllow } from './windows.ts';

// A Monday.
const NOON = Date.parse('2026-01-05T12:00:00Z');
const allowed = (schedule: string, duration: string, at = NOON): boolean =>
  windowsAllow({ kind: 'allow', windows: [{ schedule, duration }] }, at);

test.each([
  ['0 12 * * *', '1h', true],
  ['0 11 * * *', '1h', true],
  ['59 10 * * *', '1h', false],
  ['1 12 * * *', '1h', false],
  ['*/7 * * * *', '4m', true],
  ['*/7 * * * *', '3m', true],
  ['*/11 * * * *', '4m', true],
  ['0 9-11/2 * jan mon', '1h', true],
  ['0 9-11/2 * feb mon', '1h', false],
  ['0 12 6 * mon', '1h', true],
  ['0 12 6 * *', '1h', false],
  ['0 12 ? * 1,3', '1h', true],
  ['@hourly', '1m', true],
  ['@weekly', '24h', false],
  ['@weekly', '36h', true],
  ['@every 1h', '59m58s', false],
  ['@every 1h', '59m59s', true],
  ['0 12 * * 7', '1h', false],
  ['60 12 * * *', '24h', false],
  ['0 12 * *', '24h', false],
  ['0 0 31 2 *', '720h', false],
])('%s for %s is open on a Monday at noon: %p', (schedule, duration, open) => {
  expect(allowed(schedule, duration)).toBe(open);
  expect(windowsAllow({ kind: 'deny', windows: [{ schedule, duration }] }, NOON)).toBe(!open);
});

test('no windows, and a kind that is none, close nothing', () => {
  expect(windowsAllow(undefined, NOON)).toBe(true);
  expect(windowsAllow({ kind: 'deny', windows: [] }, NOON)).toBe(true);
  expect(windowsAllow({ kind: 'maybe', windows: [{ schedule: '@hourly', duration: '1h' }] }, NOON)).toBe(true);
});

test.each([
  ['1h30m', 5_400_000],
  ['1.5s', 1_500],
  ['-2ms', -2],
  ['0', 0],
  ['1h0m0s', 3_600_000],
])('%s are %d ms', (text, ms) => expect(goDuration(text)).toBe(ms));

test.each(['', '1', '1d', 'h', '1h 1m'])('%j is no duration', (text) => {
  expect(() => goDuration(text)).toThrow('no Go duration');
});
