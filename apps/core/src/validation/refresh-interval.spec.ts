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
  ['30', 'is not a duration'],
  ['soon', 'is not a duration'],
  [-1, 'must not be negative'],
  ['-5m', 'must not be negative'],
])('%j is refused, saying what to write', (value, problem) => {
  expect(readRefreshInterval(value, 300_000)).toEqual({
    kind: 'invalid',
    problem: expect.stringContaining(problem) as string,
    nextStep: expect.stringMatching(/^Write /) as string,
  });
});
