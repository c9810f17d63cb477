import { ManualClock } from '@eso/runtime';
import { RenderPace } from './render-pace.ts';

test('ten in a row, then one in ten seconds', async () => {
  const clock = new ManualClock();
  const pace = new RenderPace(clock);
  for (let i = 0; i < 10; i++) {
    expect(pace.waitMs()).toBe(0);
    pace.spend();
  }
  expect(pace.waitMs()).toBe(10_000);
  await clock.advance(4_000);
  expect(pace.waitMs()).toBe(6_000);
  await clock.advance(6_000);
  expect(pace.waitMs()).toBe(0);
  pace.spend();
  expect(pace.waitMs()).toBe(10_000);
});

test('what was spent beyond is no debt, and rest fills it up once', async () => {
  const clock = new ManualClock();
  const pace = new RenderPace(clock);
  for (let i = 0; i < 100; i++) pace.spend();
  expect(pace.waitMs()).toBe(10_000);
  await clock.advance(3_600_000);
  for (let i = 0; i < 10; i++) pace.spend();
  expect(pace.waitMs()).toBe(10_000);
});
