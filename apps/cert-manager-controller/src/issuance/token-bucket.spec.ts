import { ManualClock } from '@eso/runtime';
import { TokenBucket } from './token-bucket.ts';

const RATE = { perMinute: 6, burst: 3 };

/** Takes what there is. */
function drain(bucket: TokenBucket): number {
  let taken = 0;
  for (; bucket.msUntil(1) === 0; taken++) bucket.take();
  return taken;
}

test('is full at first, fills at its rate, and holds no more than its burst after any time', async () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock, RATE);
  expect(bucket.isFull).toBe(true);
  expect(drain(bucket)).toBe(3);
  expect([1, 2, 3].map((count) => bucket.msUntil(count))).toEqual([10_000, 20_000, 30_000]);
  await clock.advance(9_999);
  expect(drain(bucket)).toBe(0);
  await clock.advance(1);
  expect(drain(bucket)).toBe(1);
  await clock.advance(3_600_000);
  expect(bucket.isFull).toBe(true);
  expect(drain(bucket)).toBe(3);
});

test('what is given back is there again, but never makes more of it than its burst', async () => {
  const clock = new ManualClock();
  const bucket = new TokenBucket(clock, RATE);
  bucket.take();
  expect(bucket.isFull).toBe(false);
  bucket.refund();
  expect(drain(bucket)).toBe(3);
  await clock.advance(3_600_000);
  bucket.refund();
  expect(drain(bucket)).toBe(3);
});
