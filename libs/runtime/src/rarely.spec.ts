import { ManualClock } from './clock.ts';
import { Rarely } from './rarely.ts';

test('a state is said when it begins, when it changes, and once a minute while it lasts', async () => {
  const clock = new ManualClock();
  const rarely = new Rarely({ clock });
  expect(['a', 'a', 'b', 'b'].map((what) => rarely.due(what))).toEqual([true, false, true, false]);
  await clock.advance(59_999);
  expect(rarely.due('b')).toBe(false);
  await clock.advance(1);
  expect(rarely.due('b')).toBe(true);
});

test('a state that ended is news when it comes again', () => {
  const rarely = new Rarely();
  expect(rarely.over()).toBe(false);
  expect(rarely.due('a')).toBe(true);
  expect(rarely.over()).toBe(true);
  expect(rarely.due('a')).toBe(true);
});
