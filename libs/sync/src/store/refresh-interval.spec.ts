import { readRefreshInterval } from './refresh-interval.ts';

test.each([
  [undefined, 300_000],
  [0, 300_000],
  ['0s', 300_000],
  [30, 30_000],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
])('%j is %d ms [8.48]', (value, ms) => {
  expect(readRefreshInterval(value, 300_000)).toEqual({ kind: 'interval', ms });
});

test.each([
  ['30', 'invalid refreshInterval "30": not a duration, which is a number with a unit'],
  ['soon', 'invalid refreshInterval "soon": not a duration, which is a number with a unit'],
  [-1, 'invalid refreshInterval "-1": must not be negative'],
  ['-5m', 'invalid refreshInterval "-5m": must not be negative'],
])('%j is refused in the words of External Secrets', (value, problem) => {
  expect(readRefreshInterval(value, 300_000)).toEqual({ kind: 'invalid', problem });
});
