import { ManualClock } from './clock.ts';
import { LogThrottle } from './log-throttle.ts';

test('a state is said when it begins, when it changes, and once a minute while it lasts', async () => {
  const clock = new ManualClock();
  const rarely = new LogThrottle({ clock });
  expect(['a', 'a', 'b', 'b'].map((what) => rarely.isDue(what))).toEqual([true, false, true, false]);
  await clock.advance(59_999);
  expect(rarely.isDue('b')).toBe(false);
  await clock.advance(1);
  expect(rarely.isDue('b')).toBe(true);
});

test('a state that ended is news when it comes again', () => {
  const rarely = new LogThrottle();
  expect(rarely.reset()).toBe(false);
  expect(rarely.isDue('a')).toBe(true);
  expect(rarely.reset()).toBe(true);
  expect(rarely.isDue('a')).toBe(true);
});
