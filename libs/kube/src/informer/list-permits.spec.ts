import { KubeClient } from '../client/client.ts';
import { listPermitsOf } from './list-permits.ts';

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
