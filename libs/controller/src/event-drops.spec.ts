import { createLogger, ManualClock } from '@eso/runtime';
import { EventDrops } from './event-drops.ts';

test('that events are left out is said once, and then each minute with how many', async () => {
  const lines: { msg: string; dropped: number }[] = [];
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as (typeof lines)[number]) };
  const clock = new ManualClock();
  const drops = new EventDrops({ clock, logger: createLogger({ name: 'test', destination }) });
  for (let i = 0; i < 5; i++) drops.add('queue_full');
  expect(lines.map(({ dropped }) => dropped)).toEqual([1]);
  await clock.advance(60_000);
  drops.add('rejected', 'no such namespace');
  expect(lines.map(({ dropped }) => dropped)).toEqual([1, 5]);
  expect(lines[1]).toMatchObject({ reason: 'rejected', error: 'no such namespace' });
});
