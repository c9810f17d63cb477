import { ManualClock } from '@eso/runtime';
import { DriftDamper } from './drift-damper.ts';

test('an object is put right at once a few times, then slower each time, and at once again after a calm', async () => {
  const clock = new ManualClock();
  const damper = new DriftDamper(clock);
  const delays = Array.from({ length: 14 }, () => damper.delayMs('a'));
  expect(delays).toEqual([0, 0, 0, 0, 0, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000, 60_000]);
  // One fight is nobody else's.
  expect(damper.delayMs('b')).toBe(0);
  await clock.advance(300_001);
  expect(damper.delayMs('a')).toBe(0);
});
