import { FairQueue } from './fair-queue.ts';

const roomy = { perTenant: 100, total: 1_000 };

test('of one tenant the oldest is first', () => {
  const queue = new FairQueue<number>(roomy);
  for (const item of [1, 2, 3]) expect(queue.push('a', item)).toBeUndefined();
  expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([1, 2, 3, undefined]);
});

test('who has used less is next, however many the other has waiting', () => {
  const queue = new FairQueue<string>(roomy);
  for (let i = 0; i < 50; i++) queue.push('greedy', `greedy ${i}`);
  expect(queue.shift()).toBe('greedy 0');
  queue.charge('greedy', 2_000);
  for (const i of [0, 1, 2]) queue.push('modest', `modest ${i}`);
  const order: (string | undefined)[] = [];
  for (let i = 0; i < 4; i++) {
    const next = queue.shift();
    order.push(next);
    queue.charge(next?.startsWith('greedy') ? 'greedy' : 'modest', 10);
  }
  expect(order).toEqual(['modest 0', 'modest 1', 'modest 2', 'greedy 1']);
});

test('nobody saves up: who was away has no more than the next turn ahead', () => {
  const queue = new FairQueue<string>(roomy);
  for (let i = 0; i < 10; i++) {
    queue.push('busy', 'busy');
    queue.shift();
    queue.charge('busy', 1_000);
  }
  for (let i = 0; i < 6; i++) {
    queue.push('busy', 'busy');
    queue.push('back', 'back');
  }
  const order: string[] = [];
  for (let i = 0; i < 6; i++) {
    const next = queue.shift() ?? '';
    order.push(next);
    queue.charge(next, 1_000);
  }
  expect(order.filter((one) => one === 'busy').length).toBeGreaterThanOrEqual(2);
});

test('a tenant may have so many waiting, and no more', () => {
  const queue = new FairQueue<number>({ perTenant: 2, total: 100 });
  expect([1, 2, 3].map((item) => queue.push('a', item))).toEqual([undefined, undefined, 3]);
  expect(queue.size).toBe(2);
});

test('where all is full, the last of whoever has most waiting makes room for a tenant with none', () => {
  const queue = new FairQueue<string>({ perTenant: 3, total: 4 });
  for (const item of ['a1', 'a2', 'a3']) queue.push('a', item);
  queue.push('b', 'b1');
  expect(queue.push('c', 'c1')).toBe('a3');
  expect(queue.push('a', 'a4')).toBe('a4');
  expect(queue.size).toBe(4);
  expect(queue.drain().sort()).toEqual(['a1', 'a2', 'b1', 'c1']);
  expect(queue.size).toBe(0);
});

test('what is removed is not served', () => {
  const queue = new FairQueue<string>(roomy);
  queue.push('a', 'a1');
  queue.push('a', 'a2');
  queue.remove('a1');
  expect([queue.size, queue.shift(), queue.shift()]).toEqual([1, 'a2', undefined]);
});
