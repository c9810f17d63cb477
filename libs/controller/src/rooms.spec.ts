import { type Hold, narrowed, Rooms } from './rooms.ts';

const never = (): boolean => false;

/** Lets in one pass after the other, in turns, until nobody gets in any more; returns how many are inside each. */
function fill(rooms: Rooms, ...ids: string[]): number[] {
  for (let some = true; some;) {
    some = false;
    for (const id of ids) {
      const hold = rooms.admit([id], never);
      if (hold) rooms.take(hold);
      some ||= hold !== undefined;
    }
  }
  return ids.map((id) => rooms.inside(id));
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `e${String(i)}`);
}

test.each([
  [32, [24]],
  [8, [6]],
  [4, [3]],
  [2, [1]],
  [1, [1]],
])('of %i workers, one endpoint that hangs holds %p, and another one still has room', (workers, expected) => {
  const rooms = new Rooms({ workers, share: 3 });
  expect(fill(rooms, 'hangs')).toEqual(expected);
  expect(rooms.admit(['works'], never) !== undefined).toBe(workers > 1);
});

test('two that hang hold about the same, and however many hang, one that has nobody inside has room', () => {
  expect(fill(new Rooms({ workers: 32, share: 3 }), 'a', 'b')).toEqual([14, 14]);
  for (let count = 1; count < 32; count++) {
    const rooms = new Rooms({ workers: 32, share: 3 });
    fill(rooms, ...names(count));
    expect(rooms.free).toBeGreaterThanOrEqual(count < 28 ? 4 : 32 - count);
    expect(rooms.admit(['next'], never)).toBeDefined();
  }
});

test('with no free worker there is no room', () => {
  const rooms = new Rooms({ workers: 3, share: 3 });
  fill(rooms, ...names(3));
  expect(rooms.free).toBe(0);
  expect(rooms.admit(['next'], never)).toBeUndefined();
  expect(rooms.admit(['e0'], () => true)).toBeUndefined();
});

test('what is given back is there again', () => {
  const rooms = new Rooms({ workers: 8, share: 3 });
  const holds: Hold[] = [];
  for (let hold = rooms.admit(['a', 'b'], never); hold; hold = rooms.admit(['a', 'b'], never)) {
    rooms.take(hold);
    holds.push(hold);
  }
  expect([holds.length, rooms.free]).toEqual([6, 2]);
  for (const hold of holds) rooms.giveBack(hold);
  expect([rooms.free, rooms.inside('a'), rooms.inside('b')]).toEqual([8, 0, 0]);
});

test('a pass needs room at all its endpoints; an overdue one may go beyond, one at a time for each endpoint', () => {
  const rooms = new Rooms({ workers: 8, share: 3 });
  fill(rooms, 'full');
  expect(rooms.admit(['free', 'full'], never)).toBeUndefined();
  expect(rooms.admit(['free', 'full'], (id) => id === 'free')).toBeUndefined();
  const overdraft = rooms.admit(['free', 'full'], (id) => id === 'full');
  expect(overdraft).toEqual({ ids: ['free', 'full'], overdrawn: ['full'] });
  if (overdraft) rooms.take(overdraft);
  expect(rooms.admit(['other', 'full'], () => true)).toBeUndefined();
  if (overdraft) rooms.giveBack(overdraft);
  expect(rooms.admit(['other', 'full'], () => true)).toBeDefined();
});

test('a hold covers a part of itself and nothing else', () => {
  const hold = { ids: ['a', 'b'], overdrawn: ['b'] };
  expect(narrowed(hold, ['a'])).toEqual({ ids: ['a'], overdrawn: [] });
  expect(narrowed(hold, ['b'])).toEqual({ ids: ['b'], overdrawn: ['b'] });
  expect(narrowed(hold, ['a', 'c'])).toBeUndefined();
});

test('a fair share is what each gets if those that need room and one more get equally much', () => {
  const rooms = new Rooms({ workers: 12, share: 3 });
  expect(rooms.fairShare([])).toBe(12);
  expect(rooms.fairShare(['a', 'a', 'b'])).toBe(4);
  const hold = rooms.admit(['b', 'c'], never);
  if (hold) rooms.take(hold);
  expect(rooms.fairShare(['a', 'b'])).toBe(3);
  if (hold) rooms.giveBack(hold);
  expect(rooms.fairShare([])).toBe(12);
});
