import { setImmediate } from 'node:timers/promises';
import { chunks, inParallel } from './in-parallel.ts';

const none = new AbortController().signal;

test.each([
  [0, 3, []],
  [3, 3, [[0, 1, 2]]],
  [4, 3, [[0, 1, 2], [3]]],
])('%p items in lists of %p', (count, size, lists) => {
  expect(
    chunks(
      Array.from({ length: count }, (_, at) => at),
      size,
    ),
  ).toEqual(lists);
});

test('every item has its turn, and never more than eight at once', async () => {
  const seen: number[] = [];
  let running = 0;
  let most = 0;
  await inParallel(
    Array.from({ length: 30 }, (_, at) => at),
    none,
    async (item) => {
      most = Math.max(most, ++running);
      await setImmediate();
      running -= 1;
      seen.push(item);
    },
  );
  expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 30 }, (_, at) => at));
  expect(most).toBe(8);
});

test('the first failure is that of the whole, and ends what runs beside it', async () => {
  const ended: unknown[] = [];
  const failing = inParallel([1, 2, 3], none, async (item, signal) => {
    if (item === 2) throw new Error('the second');
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    ended.push(item);
  });
  await expect(failing).rejects.toThrow('the second');
  await setImmediate();
  expect(ended).toEqual([1, 3]);
});

test('who gives up ends all of them', async () => {
  const caller = new AbortController();
  const waiting = inParallel([1, 2], caller.signal, async (_item, signal) => {
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  });
  caller.abort(new Error('given up'));
  await expect(waiting).rejects.toThrow('given up');
});
