import { Backoff } from './backoff.ts';

test('delays grow twofold up to the bound, are spread by chance, and start over', () => {
  const chances = [0, 0.5, 1, 1, 1, 1, 1, 1];
  const backoff = new Backoff({ baseMs: 800, maxMs: 30_000, random: () => chances.shift() ?? 1 });
  expect(Array.from({ length: 8 }, () => backoff.next())).toEqual([
    0, 800, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000,
  ]);
  expect(backoff.failures).toBe(8);
  backoff.reset();
  expect(backoff.next()).toBe(800);
});

test('what the server asks for is the least', () => {
  const backoff = new Backoff({ baseMs: 800, maxMs: 30_000, random: () => 0.5 });
  expect(backoff.next(60_000)).toBe(60_000);
  expect(backoff.next(100)).toBe(800);
});
