import { ItemBackoff } from './backoff.ts';

function delays(backoff: ItemBackoff, count: number, maxMs?: number): number[] {
  return Array.from({ length: count }, () => backoff.next('a', maxMs));
}

test('delays double to the maximum, also beyond what a number of failures could be a power of', () => {
  const backoff = new ItemBackoff({ firstMs: 1_000, maxMs: 5_000 });
  expect(delays(backoff, 5)).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
  expect(new Set(delays(backoff, 5_000))).toEqual(new Set([5_000]));
  expect(backoff.failures('a')).toBe(5_005);
});

test('each failure may have a maximum of its own; the doubling goes on from the last delay', () => {
  const backoff = new ItemBackoff({ firstMs: 1_000, maxMs: 60_000 });
  expect(delays(backoff, 10, 300_000).slice(-3)).toEqual([128_000, 256_000, 300_000]);
  expect(delays(backoff, 2)).toEqual([60_000, 60_000]);
  expect(delays(backoff, 4, 300_000)).toEqual([120_000, 240_000, 300_000, 300_000]);
});

test('the maximum holds for the first delay, too', () => {
  expect(new ItemBackoff({ firstMs: 1_000 }).next('a', 10)).toBe(10);
});

test('keys do not know of each other, and one that is forgotten starts again', () => {
  const backoff = new ItemBackoff({ firstMs: 1_000 });
  delays(backoff, 3);
  expect(backoff.next('b')).toBe(1_000);
  backoff.forget('a');
  expect([backoff.failures('a'), backoff.failures('b')]).toEqual([0, 1]);
  expect(backoff.next('a')).toBe(1_000);
});
