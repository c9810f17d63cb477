import { BatchLoader } from './batch-loader.ts';

const { signal } = new AbortController();

function loader({
  max = 20,
  answers = (ids: readonly string[]): Map<string, string> => new Map(ids.map((id) => [id, `${id} of many`])),
} = {}) {
  const asked: string[][] = [];
  const made = new BatchLoader<string>({
    max,
    many: (ids) => {
      asked.push([...ids]);
      return Promise.resolve().then(() => answers(ids));
    },
    one: (id) => {
      asked.push([id]);
      return id === 'bad' ? Promise.reject(new Error('bad alone')) : Promise.resolve(`${id} alone`);
    },
  });
  return { made, asked };
}

test('what is asked for in one turn is one request, the same once', async () => {
  const { made, asked } = loader();
  expect(await Promise.all(['a', 'b', 'a'].map((id) => made.load(id, signal)))).toEqual([
    'a of many',
    'b of many',
    'a of many',
  ]);
  expect(asked).toEqual([['a', 'b']]);
});

test('one alone needs no batch; the next turn is the next request', async () => {
  const { made, asked } = loader();
  expect(await made.load('a', signal)).toBe('a alone');
  expect(await made.load('a', signal)).toBe('a alone');
  expect(asked).toEqual([['a'], ['a']]);
});

test('more than a request takes are several', async () => {
  const { made, asked } = loader({ max: 2 });
  await Promise.all(['a', 'b', 'c', 'd', 'e'].map((id) => made.load(id, signal)));
  expect(asked).toEqual([['a', 'b'], ['c', 'd'], ['e']]);
});

test('what a batch leaves out is read alone, and fails alone', async () => {
  const { made } = loader({ answers: () => new Map([['a', 'a of many']]) });
  expect(await Promise.allSettled(['a', 'b', 'bad'].map((id) => made.load(id, signal)))).toEqual([
    { status: 'fulfilled', value: 'a of many' },
    { status: 'fulfilled', value: 'b alone' },
    { status: 'rejected', reason: new Error('bad alone') },
  ]);
});

test('a batch that fails is the failure of each', async () => {
  const { made, asked } = loader({
    answers: () => {
      throw new Error('throttled');
    },
  });
  const outcomes = await Promise.allSettled(['a', 'b'].map((id) => made.load(id, signal)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(asked).toEqual([['a', 'b']]);
});

test('a request ends when all who wait for a part of it have given up', async () => {
  const given = [new AbortController(), new AbortController()] as const;
  const request = Promise.withResolvers<AbortSignal>();
  const made = new BatchLoader<string>({
    max: 20,
    many: (_, ended) => {
      request.resolve(ended);
      return new Promise((_, reject) => ended.addEventListener('abort', () => reject(new Error('ended'))));
    },
    one: () => Promise.reject(new Error('not asked')),
  });
  const outcomes = Promise.allSettled(given.map((one, id) => made.load(`${id}`, one.signal)));
  const ended = await request.promise;
  given[0].abort();
  expect(ended.aborted).toBe(false);
  given[1].abort();
  expect(ended.aborted).toBe(true);
  expect(await outcomes).toMatchObject([{ reason: { message: 'ended' } }, { reason: { message: 'ended' } }]);
});
