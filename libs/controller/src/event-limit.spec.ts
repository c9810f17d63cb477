import { ManualClock } from '@eso/runtime';
import { EventLimit } from './event-limit.ts';

test('an object may cause 25 events at once and then one every five minutes; others are not affected', async () => {
  const clock = new ManualClock();
  const limit = new EventLimit(clock);
  const burst = Array.from({ length: 30 }, () => limit.take('a'));
  expect(burst.filter(Boolean)).toHaveLength(25);
  expect(limit.take('b')).toBe(true);
  await clock.advance(299_000);
  expect(limit.take('a')).toBe(false);
  await clock.advance(1_000);
  expect(limit.take('a')).toBe(true);
  expect(limit.take('a')).toBe(false);
});
