import { KubeClient } from '../client/client.ts';
import { ListPermits, listPermitsOf } from './list-permits.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Only its identity matters: it connects to nothing. */
function someClient(): KubeClient {
  const connection = {
    server: new URL('https://127.0.0.1:1'),
    tls: () => Promise.resolve({}),
    authorization: () => '',
  };
  return new KubeClient({ connection });
}

test('three lists of a client at a time, in the order they came; each client has its own', async () => {
  const client = someClient();
  const { signal } = new AbortController();
  const order: number[] = [];
  const take = async (id: number): Promise<() => void> => {
    const release = await listPermitsOf(client).acquire(signal);
    order.push(id);
    return release;
  };
  const all = [0, 1, 2, 3, 4].map(take);
  await settle();
  expect(order).toEqual([0, 1, 2]);
  await listPermitsOf(someClient()).acquire(signal);
  const release = await all[1]!;
  release();
  release();
  await settle();
  expect(order).toEqual([0, 1, 2, 3]);
  (await all[0]!)();
  await settle();
  expect(order).toEqual([0, 1, 2, 3, 4]);
  for (const permit of all) (await permit)();
  for (const id of [5, 6, 7]) await take(id);
  expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});

test('who gives up waiting takes no place', async () => {
  const client = someClient();
  const { signal } = new AbortController();
  const releases = await Promise.all([0, 1, 2].map(() => listPermitsOf(client).acquire(signal)));
  const stop = new AbortController();
  const impatient = listPermitsOf(client).acquire(stop.signal);
  const patient = listPermitsOf(client).acquire(signal);
  stop.abort(new Error('enough'));
  await expect(impatient).rejects.toThrow('enough');
  await expect(listPermitsOf(client).acquire(stop.signal)).rejects.toThrow('enough');
  releases[0]!();
  await expect(patient).resolves.toBeInstanceOf(Function);
});

test('permits of their own are as many as they were made with, and wait for nobody else', async () => {
  const client = someClient();
  const { signal } = new AbortController();
  const own = new ListPermits(1);
  const release = await own.acquire(signal);
  await Promise.all([0, 1, 2].map(() => listPermitsOf(client).acquire(signal)));
  let second = false;
  void own.acquire(signal).then(() => (second = true));
  await settle();
  expect(second).toBe(false);
  release();
  await settle();
  expect(second).toBe(true);
});
