import fc from 'fast-check';
import { ResponseSemaphore, connectionResponseBytes } from './response-semaphore.ts';
import { ByteSemaphore, type Release } from './byte-semaphore.ts';

const never = new AbortController().signal;
const MIB = 1024 * 1024;

/** Takes room and notes when it was given. */
function taker(room: Pick<ByteSemaphore, 'acquire'>): {
  take: (bytes: number, signal?: AbortSignal) => void;
  given: Release[];
} {
  const given: Release[] = [];
  return {
    given,
    take: (bytes, signal = never) => {
      const release = room.acquire(bytes, signal);
      if (typeof release === 'function') given.push(release);
      else
        release.then(
          (later) => given.push(later),
          () => undefined,
        );
    },
  };
}
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('what does not fit waits, in order, and a large one is not overtaken', async () => {
  const room = new ByteSemaphore(10);
  const { take, given } = taker(room);
  for (const bytes of [6, 6, 1]) take(bytes);
  expect([given.length, room.used]).toEqual([1, 6]);
  given[0]?.();
  given[0]?.();
  await settled();
  expect([given.length, room.used]).toEqual([3, 7]);
});

test('what is larger than the room gets it alone', async () => {
  const room = new ByteSemaphore(10);
  const { take, given } = taker(room);
  take(1);
  take(50);
  expect(given).toHaveLength(1);
  given[0]?.();
  await settled();
  expect([given.length, room.used]).toEqual([2, 50]);
});

test('who gives up leaves the line to those behind', async () => {
  const room = new ByteSemaphore(10);
  const { take, given } = taker(room);
  const patience = new AbortController();
  take(6);
  take(8, patience.signal);
  take(2);
  patience.abort(new Error('enough'));
  await settled();
  expect([given.length, room.used]).toEqual([2, 8]);
  await expect(room.acquire(9, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
});

test('whatever is taken and given back, the bound holds, and in the end all were served', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(sizes, async (all) => {
      const room = new ByteSemaphore(10);
      const { take, given } = taker(room);
      for (const bytes of all) take(bytes);
      for (let served = 0; served < all.length; served += 1) {
        await settled();
        expect(room.used <= 10 || given.length === served + 1).toBe(true);
        given[served]?.();
      }
      expect([given.length, room.used]).toEqual([all.length, 0]);
    }),
    { numRuns: 50 },
  );
});

test('answers of one connection do not take the room of another one', async () => {
  const connect = ResponseSemaphore.ofProcess(4 * MIB);
  const [deaf, other] = [taker(connect()), taker(connect())];
  const fill = connectionResponseBytes(4 * MIB) / (4 * MIB);
  for (let i = 0; i < 2 * fill; i += 1) deaf.take(4 * MIB);
  other.take(4 * MIB);
  await settled();
  expect([deaf.given.length, other.given.length]).toEqual([fill, 1]);
  // One that gives up while it waits for the process gives back the room of its connection.
  const third = taker(connect());
  for (let i = 0; i < fill; i += 1) third.take(4 * MIB);
  for (let i = 0; i < fill; i += 1) other.take(4 * MIB);
  await settled();
  expect(other.given.length + third.given.length).toBe(2 * fill);
  for (const release of deaf.given) release();
  await settled();
  expect(deaf.given).toHaveLength(2 * fill);
});
