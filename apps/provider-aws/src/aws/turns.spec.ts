import { Turns } from './turns.ts';

const alive = new AbortController().signal;

test('who changes the same waits, however the one before ended; who changes something else does not', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const first = turns.run('a', alive, async () => {
    await gate.promise;
    order.push('first');
    throw new Error('failed');
  });
  const second = turns.run('a', alive, () => Promise.resolve(order.push('second')));
  await turns.run('b', alive, () => Promise.resolve(order.push('other')));
  gate.resolve(undefined);
  await expect(first).rejects.toThrow('failed');
  await second;
  expect(order).toEqual(['other', 'first', 'second']);
});

test('who gives up leaves, and those behind still wait for those before', async () => {
  const turns = new Turns();
  const gate = Promise.withResolvers<undefined>();
  const order: string[] = [];
  const first = turns.run('a', alive, async () => {
    await gate.promise;
    order.push('first');
  });
  const given = new AbortController();
  const second = turns.run('a', given.signal, () => Promise.resolve(order.push('second')));
  const third = turns.run('a', alive, () => Promise.resolve(order.push('third')));
  given.abort(new Error('given up'));
  await expect(second).rejects.toThrow('given up');
  gate.resolve(undefined);
  await Promise.all([first, third]);
  expect(order).toEqual(['first', 'third']);
});

test('nothing is kept of those who are done', async () => {
  const turns = new Turns();
  await Promise.all(['a', 'a', 'b'].map((key) => turns.run(key, alive, () => Promise.resolve())));
  await new Promise(setImmediate);
  expect(turns.size).toBe(0);
});
