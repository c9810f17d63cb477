import { Turns } from './turns.ts';

const { signal } = new AbortController();

test('of one key one works at a time, in the order in which they came; another key does not wait', async () => {
  const turns = new Turns();
  const order: string[] = [];
  const gate = Promise.withResolvers<undefined>();
  const work = (name: string, until?: Promise<undefined>) => async (): Promise<string> => {
    order.push(`${name} begins`);
    await until;
    order.push(`${name} ends`);
    return name;
  };
  const first = turns.take('a', signal, work('first', gate.promise));
  const second = turns.take('a', signal, work('second'));
  expect(await turns.take('b', signal, work('other'))).toBe('other');
  gate.resolve(undefined);
  expect(await Promise.all([first, second])).toEqual(['first', 'second']);
  expect(order).toEqual(['first begins', 'other begins', 'other ends', 'first ends', 'second begins', 'second ends']);
  expect(turns.size).toBe(0);
});

test('who fails, or gives up waiting, keeps nobody from a turn', async () => {
  const turns = new Turns();
  const gate = Promise.withResolvers<undefined>();
  const failing = turns.take('a', signal, () => gate.promise.then(() => Promise.reject(new Error('no'))));
  const givenUp = new AbortController();
  const waiting = turns.take('a', givenUp.signal, () => Promise.resolve('never'));
  const last = turns.take('a', signal, () => Promise.resolve('last'));
  givenUp.abort(new Error('gave up'));
  await expect(waiting).rejects.toThrow('gave up');
  gate.resolve(undefined);
  await expect(failing).rejects.toThrow('no');
  expect(await last).toBe('last');
  expect(turns.size).toBe(0);
});
