import { WatchRoom } from './watch-room.ts';

test('one namespace has half of the places at most, and what is given back is free again', () => {
  const room = new WatchRoom(4);
  const leave = room.enter('a');
  room.enter('a');
  expect(() => room.enter('a')).toThrow(expect.objectContaining({ code: 'PROVIDER_BUSY', retryable: true }) as Error);
  room.enter('b');
  room.enter('c');
  expect(() => room.enter('d')).toThrow(/as many watches as this provider allows \(4\)/);
  leave();
  leave();
  room.enter('a');
  expect(() => room.enter('d')).toThrow(/as many watches/);
});

test('without a place there are no watches', () => {
  expect(() => new WatchRoom(0).enter('a')).toThrow(/\(0\)/);
});
