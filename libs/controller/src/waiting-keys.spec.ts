import type { QueueEntry } from './queue-entry.ts';
import { EndpointCapacity, type Reservation } from './endpoint-capacity.ts';
import { WaitingKeys } from './waiting-keys.ts';

function setup(workers: number) {
  const rooms = new EndpointCapacity({ workers, share: 3 });
  const waiting = new WaitingKeys();
  let arrivals = 0;
  const enter = (...ids: string[]): Reservation => {
    const hold = rooms.admit(ids, () => false);
    if (!hold) throw new Error(`no room at ${ids.join()}`);
    rooms.reserve(hold);
    waiting.recordAdmission(ids);
    return hold;
  };
  const wait = (...ids: string[]): QueueEntry => {
    const arrival = arrivals++;
    const entry: QueueEntry = { key: `${ids.join('+')}/${String(arrival)}`, priority: 0, arrival, state: 'waiting', at: 0, slot: -1, group: undefined }; // prettier-ignore
    waiting.add(entry, ids);
    return entry;
  };
  const serve = (): Reservation | undefined => {
    const best = waiting.best(rooms);
    if (!best) return undefined;
    waiting.remove(best.entry);
    rooms.reserve(best.reservation);
    waiting.recordAdmission(best.reservation.ids);
    return best.reservation;
  };
  return { rooms, waiting, enter, wait, serve, best: () => waiting.best(rooms)?.entry.key };
}

test('of equal priority, the endpoint with less than its fair share goes first, else the earlier arrival', () => {
  // Two endpoints need room: a fair share is 12 / 3.
  const { enter, wait, best, waiting } = setup(12);
  const young = (): string | undefined => {
    const entry = wait('b');
    const first = best();
    waiting.remove(entry);
    return first;
  };
  wait('a');
  for (let i = 0; i < 3; i++) enter('a');
  expect(young()).toBe('a/0');
  enter('a');
  expect(young()).toBe('b/2');
  for (let i = 0; i < 4; i++) enter('b');
  expect(young()).toBe('a/0');
});

test('a higher priority goes before an endpoint with less than its fair share', () => {
  const { enter, wait, best } = setup(12);
  for (let i = 0; i < 6; i++) enter('a');
  wait('b');
  const urgent = wait('a');
  expect(best()).toBe('b/0');
  urgent.priority = 100;
  expect(best()).toBe('a/1');
});

test('an overdue key goes beyond a share once, and then its kind has to be overtaken again', () => {
  const { rooms, enter, wait, serve } = setup(4);
  const holds = [enter('a'), enter('a'), enter('a')];
  wait('a', 'b');
  wait('a', 'b');
  const overtake = (): void => {
    const [first] = holds.splice(0, 1);
    if (first) rooms.release(first);
    holds.push(enter('a'));
  };
  for (let i = 0; i < 4; i++) {
    expect(serve()).toBeUndefined();
    overtake();
  }
  const overdraft = serve();
  expect(overdraft).toEqual({ ids: ['a', 'b'], overdrawn: ['a'] });
  if (overdraft) rooms.release(overdraft);
  expect(serve()).toBeUndefined();
});

test('a key of one endpoint is never overdue: all who could overtake it there need the same room', () => {
  const { rooms, enter, wait, serve } = setup(4);
  for (let i = 0; i < 2; i++) enter('a');
  wait('a');
  for (let i = 0; i < 10; i++) rooms.release(enter('a', 'b'));
  rooms.reserve({ ids: ['a'], overdrawn: [] });
  expect(serve()).toBeUndefined();
});

test('keys of however many kinds are all served', () => {
  const { rooms, enter, wait, serve, waiting } = setup(1);
  const hold = enter('busy');
  for (let i = 0; i < 300; i++) wait('e', `e${String(i)}`);
  rooms.release(hold);
  for (let i = 0; i < 300; i++) {
    const served = serve();
    expect(served?.ids).toEqual(['e', `e${String(i)}`]);
    if (served) rooms.release(served);
  }
  expect([waiting.size, waiting.kinds]).toEqual([0, 0]);
});

test('kinds that nobody waits in are forgotten, at the latest when there are many', () => {
  const { rooms, enter, wait, waiting } = setup(4);
  for (let i = 0; i < 1_000; i++) {
    const entry = wait('a', `b${String(i)}`);
    rooms.release(enter('a'));
    waiting.remove(entry);
  }
  expect(waiting.kinds).toBeLessThanOrEqual(65);
  waiting.remove(wait('c', 'd'));
  waiting.remove(wait('e'));
  expect(waiting.kinds).toBeLessThanOrEqual(65);
});

test('a kind that nobody waits in takes no part in the fair shares', () => {
  const { rooms, enter, wait, waiting, best } = setup(12);
  const gone = wait('b', 'c');
  rooms.release(enter('b'));
  waiting.remove(gone);
  expect(waiting.kinds).toBe(1);
  // A fair share is 12 / 3 for `a` and `d`, not 12 / 5.
  for (let i = 0; i < 3; i++) enter('a');
  wait('a');
  wait('d');
  expect(best()).toBe('a/1');
});
