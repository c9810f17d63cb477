import { ManualClock } from '@eso/runtime';
import { EventLimit } from './event-limit.ts';
import { RecentMap } from './recent-map.ts';

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

test('a full map forgets what was used longest ago', () => {
  const map = new RecentMap<number>(2);
  map.set('a', 1);
  map.set('b', 2);
  expect(map.get('a')).toBe(1);
  map.set('c', 3);
  expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  map.delete('a');
  expect(map.get('a')).toBeUndefined();
});
