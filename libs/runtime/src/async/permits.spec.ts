import { Permits } from './permits.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const { signal } = new AbortController();

test('as many at a time as it was made with, in the order in which they came', async () => {
  const permits = new Permits(2);
  const order: number[] = [];
  const take = async (id: number): Promise<() => void> => {
    const release = await permits.acquire(signal);
    order.push(id);
    return release;
  };
  const all = [0, 1, 2, 3].map(take);
  await settle();
  expect(order).toEqual([0, 1]);
  const release = await all[1]!;
  release();
  release();
  await settle();
  expect(order).toEqual([0, 1, 2]);
  (await all[0]!)();
  await settle();
  expect(order).toEqual([0, 1, 2, 3]);
});

test('who gives up waiting takes no place', async () => {
  const permits = new Permits(1);
  const release = await permits.acquire(signal);
  const stop = new AbortController();
  const impatient = permits.acquire(stop.signal);
  const patient = permits.acquire(signal);
  stop.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  await expect(permits.acquire(stop.signal)).rejects.toThrow('enough');
  release();
  await expect(patient).resolves.toBeInstanceOf(Function);
});
