import { WatchLimiter } from './watch-limiter.ts';

test('one namespace has half of the places at most, and what is given back is free again', () => {
  const room = new WatchLimiter(4);
  const leave = room.acquire('a');
  room.acquire('a');
  expect(() => room.acquire('a')).toThrow(expect.objectContaining({ code: 'PROVIDER_BUSY', retryable: true }) as Error);
  room.acquire('b');
  room.acquire('c');
  expect(() => room.acquire('d')).toThrow(/as many watches as this provider allows \(4\)/);
  leave();
  leave();
  room.acquire('a');
  expect(() => room.acquire('d')).toThrow(/as many watches/);
});

test('without a place there are no watches', () => {
  expect(() => new WatchLimiter(0).acquire('a')).toThrow(/\(0\)/);
});
