import { EndpointCapacity, narrowReservation, type Reservation } from './endpoint-capacity.ts';

const never = (): boolean => false;

/** Lets in one pass after the other, in turns, until nobody gets in any more; returns how many are inside each. */
function fill(rooms: EndpointCapacity, ...ids: string[]): number[] {
  for (let some = true; some;) {
    some = false;
    for (const id of ids) {
      const hold = rooms.admit([id], never);
      if (hold) rooms.reserve(hold);
      some ||= hold !== undefined;
    }
  }
  return ids.map((id) => rooms.inFlight(id));
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
  const rooms = new EndpointCapacity({ workers, share: 3 });
  expect(fill(rooms, 'hangs')).toEqual(expected);
  expect(rooms.admit(['works'], never) !== undefined).toBe(workers > 1);
});

test('two that hang hold about the same, and however many hang, one that has nobody inside has room', () => {
  expect(fill(new EndpointCapacity({ workers: 32, share: 3 }), 'a', 'b')).toEqual([14, 14]);
  for (let count = 1; count < 32; count++) {
    const rooms = new EndpointCapacity({ workers: 32, share: 3 });
    fill(rooms, ...names(count));
    expect(rooms.free).toBeGreaterThanOrEqual(count < 28 ? 4 : 32 - count);
    expect(rooms.admit(['next'], never)).toBeDefined();
  }
});

test('with no free worker there is no room', () => {
  const rooms = new EndpointCapacity({ workers: 3, share: 3 });
  fill(rooms, ...names(3));
  expect(rooms.free).toBe(0);
  expect(rooms.admit(['next'], never)).toBeUndefined();
  expect(rooms.admit(['e0'], () => true)).toBeUndefined();
});

test('what is given back is there again', () => {
  const rooms = new EndpointCapacity({ workers: 8, share: 3 });
  const holds: Reservation[] = [];
  for (let hold = rooms.admit(['a', 'b'], never); hold; hold = rooms.admit(['a', 'b'], never)) {
    rooms.reserve(hold);
    holds.push(hold);
  }
  expect([holds.length, rooms.free]).toEqual([6, 2]);
  for (const hold of holds) rooms.release(hold);
  expect([rooms.free, rooms.inFlight('a'), rooms.inFlight('b')]).toEqual([8, 0, 0]);
});

test('a pass needs room at all its endpoints; an overdue one may go beyond, one at a time for each endpoint', () => {
  const rooms = new EndpointCapacity({ workers: 8, share: 3 });
  fill(rooms, 'full');
  expect(rooms.admit(['free', 'full'], never)).toBeUndefined();
  expect(rooms.admit(['free', 'full'], (id) => id === 'free')).toBeUndefined();
  const overdraft = rooms.admit(['free', 'full'], (id) => id === 'full');
  expect(overdraft).toEqual({ ids: ['free', 'full'], overdrawn: ['full'] });
  if (overdraft) rooms.reserve(overdraft);
  expect(rooms.admit(['other', 'full'], () => true)).toBeUndefined();
  if (overdraft) rooms.release(overdraft);
  expect(rooms.admit(['other', 'full'], () => true)).toBeDefined();
});

test('a hold covers a part of itself and nothing else', () => {
  const hold = { ids: ['a', 'b'], overdrawn: ['b'] };
  expect(narrowReservation(hold, ['a'])).toEqual({ ids: ['a'], overdrawn: [] });
  expect(narrowReservation(hold, ['b'])).toEqual({ ids: ['b'], overdrawn: ['b'] });
  expect(narrowReservation(hold, ['a', 'c'])).toBeUndefined();
});

test('a fair share is what each gets if those that need room and one more get equally much', () => {
  const rooms = new EndpointCapacity({ workers: 12, share: 3 });
  expect(rooms.fairShare([])).toBe(12);
  expect(rooms.fairShare(['a', 'a', 'b'])).toBe(4);
  const hold = rooms.admit(['b', 'c'], never);
  if (hold) rooms.reserve(hold);
  expect(rooms.fairShare(['a', 'b'])).toBe(3);
  if (hold) rooms.release(hold);
  expect(rooms.fairShare([])).toBe(12);
});
