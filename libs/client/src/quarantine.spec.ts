import { ManualClock } from '@eso/runtime';
import { Quarantine } from './quarantine.ts';

test('a tenant has a lane of its own until ten minutes after its last offence', async () => {
  const clock = new ManualClock();
  const quarantine = new Quarantine({ clock });
  expect(quarantine.laneOf('a')).toBeUndefined();
  quarantine.add('a');
  await clock.advance(599_999);
  quarantine.add('a');
  await clock.advance(599_999);
  expect([quarantine.laneOf('a'), quarantine.laneOf('b')]).toEqual(['a', undefined]);
  await clock.advance(1);
  expect(quarantine.laneOf('a')).toBeUndefined();
  expect([...quarantine.lanes()]).toEqual([]);
});

test('lanes are limited; those who come later share one', () => {
  const quarantine = new Quarantine({ clock: new ManualClock(), maxLanes: 2 });
  for (const tenant of ['a', 'b', 'c', 'd']) quarantine.add(tenant);
  expect(['a', 'b', 'c', 'd'].map((tenant) => quarantine.laneOf(tenant))).toEqual(['a', 'b', '*', '*']);
  expect(quarantine.lanes().size).toBe(3);
});

test('calls of nobody in particular stay with all others', () => {
  const quarantine = new Quarantine({ clock: new ManualClock() });
  quarantine.add('');
  expect(quarantine.laneOf('')).toBeUndefined();
});
