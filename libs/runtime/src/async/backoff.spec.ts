import { Backoff, backoffMs } from './backoff.ts';

test('delays grow twofold up to the bound, are spread by chance, and start over', () => {
  const chances = [0, 0.5, 1, 1, 1, 1, 1, 1];
  const backoff = new Backoff({ firstMs: 800, maxMs: 30_000, jitter: 1 }, () => chances.shift() ?? 1);
  expect(Array.from({ length: 8 }, () => backoff.next())).toEqual([
    0, 800, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000,
  ]);
  expect(backoff.failures).toBe(8);
  backoff.reset();
  expect(backoff.next()).toBe(800);
});

test('what the server asks for is the least', () => {
  const backoff = new Backoff({ firstMs: 800, maxMs: 30_000, jitter: 1 }, () => 0.5);
  expect(backoff.next({ atLeastMs: 60_000 })).toBe(60_000);
  expect(backoff.next({ atLeastMs: 100 })).toBe(800);
});

test('a maximum may be that of one failure; the growth goes on from the last delay', () => {
  const backoff = new Backoff({ firstMs: 1_000, maxMs: 60_000 });
  const next = (maxMs?: number) => backoff.next(maxMs === undefined ? {} : { maxMs });
  expect(Array.from({ length: 10 }, () => next(300_000)).slice(-3)).toEqual([128_000, 256_000, 300_000]);
  expect([next(), next(), next(300_000), next(300_000)]).toEqual([60_000, 60_000, 120_000, 240_000]);
  expect(new Backoff({ firstMs: 1_000, maxMs: 60_000 }).next({ maxMs: 10 })).toBe(10);
});

test.each([
  [{ firstMs: 200, maxMs: 5_000 }, [200, 400, 800, 5_000]],
  [{ firstMs: 200, maxMs: 5_000, factor: 1 }, [200, 200, 200, 200]],
  [{ firstMs: 200, maxMs: 5_000, factor: 3 }, [200, 600, 1_800, 5_000]],
])('the delay after a number of failures: %j', (policy, delays) => {
  expect([1, 2, 3, 10_000].map((failures) => backoffMs(policy, failures))).toEqual(delays);
});

test.each([
  [0, 400, 400],
  [0.5, 200, 400],
  [1, 0, 400],
])('jitter %p leaves a second delay between %p and %p', (jitter, least, most) => {
  const policy = { firstMs: 200, maxMs: 5_000, jitter };
  expect([backoffMs(policy, 2, 0), backoffMs(policy, 2, 1)]).toEqual([least, most]);
});

test('both count alike', () => {
  const policy = { firstMs: 7, factor: 2, maxMs: 900 };
  const backoff = new Backoff(policy);
  for (let failures = 1; failures < 20; failures++) expect(backoff.next()).toBe(backoffMs(policy, failures));
});
