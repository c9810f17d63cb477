import { ManualClock } from '../clock.ts';
import { LoadingCache } from './loading-cache.ts';

const signal = new AbortController().signal;

function counter(): { load: () => Promise<number>; readonly loads: number } {
  let loads = 0;
  return {
    load: () => Promise.resolve(++loads),
    get loads() {
      return loads;
    },
  };
}

test('loads once for all who ask at the same time, and not again while the value is fresh', async () => {
  const clock = new ManualClock();
  const cache = new LoadingCache<number>({ ttl: { clock, maxAgeMs: 1_000 } });
  const source = counter();
  const values = await Promise.all([1, 2, 3].map(() => cache.get('a', source.load, { signal })));
  expect(values).toEqual([1, 1, 1]);
  await clock.advance(999);
  expect(await cache.get('a', source.load, { signal })).toBe(1);
  await clock.advance(1);
  expect(await cache.get('a', source.load, { signal })).toBe(2);
});

test('a caller may ask for a fresher value than others', async () => {
  const clock = new ManualClock();
  const cache = new LoadingCache<number>({ ttl: { clock, maxAgeMs: 10_000 } });
  const source = counter();
  await cache.get('a', source.load, { signal });
  await clock.advance(501);
  expect(await cache.get('a', source.load, { signal, maxAgeMs: 500 })).toBe(2);
  expect(await cache.get('a', source.load, { signal })).toBe(2);
});

test('does not remember failures', async () => {
  const cache = new LoadingCache<number>({ ttl: { clock: new ManualClock(), maxAgeMs: 1_000 } });
  await expect(cache.get('a', () => Promise.reject(new Error('absent')), { signal })).rejects.toThrow('absent');
  expect(await cache.get('a', () => Promise.resolve(7), { signal })).toBe(7);
});

test('a caller that gives up ends only its own wait', async () => {
  const cache = new LoadingCache<number>({ ttl: { clock: new ManualClock(), maxAgeMs: 1_000 } });
  let finish: (value: number) => void = () => undefined;
  const load = (): Promise<number> => new Promise((resolve) => (finish = resolve));
  const impatient = new AbortController();
  const first = cache.get('a', load, { signal: impatient.signal });
  const second = cache.get('a', load, { signal });
  impatient.abort(new Error('gave up'));
  await expect(first).rejects.toThrow('gave up');
  finish(3);
  expect(await second).toBe(3);
});

test('a load that does not end is given up by its own deadline', async () => {
  const clock = new ManualClock();
  const cache = new LoadingCache<number>({ ttl: { clock, maxAgeMs: 1_000 }, loadTimeoutMs: 50 });
  const load = (own: AbortSignal): Promise<number> =>
    new Promise((_resolve, reject) => own.addEventListener('abort', () => reject(own.reason as Error)));
  const waiting = expect(cache.get('a', load, { signal })).rejects.toThrow('too long');
  await clock.advance(50);
  await waiting;
});

test('what was forgotten while it was being loaded is not kept', async () => {
  const cache = new LoadingCache<string>({ ttl: { clock: new ManualClock(), maxAgeMs: 1_000 } });
  let finish: (value: string) => void = () => undefined;
  const stale = cache.get('a', () => new Promise((resolve) => (finish = resolve)), { signal });
  cache.delete('a');
  const fresh = await cache.get('a', () => Promise.resolve('new'), { signal });
  finish('old');
  expect([await stale, fresh]).toEqual(['old', 'new']);
  expect(await cache.get('a', () => Promise.resolve('newer'), { signal })).toBe('new');
});

test('holds no more entries than allowed', async () => {
  const cache = new LoadingCache<number>({ ttl: { clock: new ManualClock(), maxAgeMs: 1_000 }, capacity: 2 });
  const source = counter();
  for (const key of ['a', 'b', 'c']) await cache.get(key, source.load, { signal });
  await cache.get('c', source.load, { signal });
  expect(source.loads).toBe(3);
  await cache.get('a', source.load, { signal });
  expect(source.loads).toBe(4);
});

test('what weighs too much makes room, or is not kept at all', async () => {
  const options = {
    ttl: { clock: new ManualClock(), maxAgeMs: 1_000 },
    maxWeight: 10,
    weigh: (value: number) => value,
  };
  const cache = new LoadingCache<number>(options);
  let loads = 0;
  const get = (key: string, weight: number) => cache.get(key, () => Promise.resolve(weight + 0 * ++loads), { signal });
  for (const [key, weight] of [
    ['a', 4],
    ['b', 4],
    ['c', 4],
    ['b', 4],
    ['c', 4],
  ] as const)
    await get(key, weight);
  expect(loads).toBe(3);
  await get('a', 4);
  expect(loads).toBe(4);
  for (let i = 0; i < 2; i++) await get('large', 11);
  await get('a', 4);
  expect(loads).toBe(6);
});

test('a weight counts no longer than its value is kept', async () => {
  const clock = new ManualClock();
  const cache = new LoadingCache<string>({ ttl: { clock, maxAgeMs: 1_000 }, maxWeight: 10, weigh: () => 6 });
  const source = counter();
  const get = (key: string) => cache.get(key, async () => String(await source.load()), { signal });
  await get('a');
  cache.delete('a');
  await get('b');
  await clock.advance(1_001);
  await get('c');
  expect([await get('c'), source.loads]).toEqual(['3', 3]);
});

test('a value may be kept for less than others', async () => {
  const clock = new ManualClock();
  const cache = new LoadingCache<number>({
    ttl: { clock, maxAgeMs: 1_000, ageOf: (value) => (value === 1 ? 500 : 0) },
  });
  const source = counter();
  const get = () => cache.get('a', source.load, { signal });
  await get();
  await clock.advance(499);
  expect(await get()).toBe(1);
  await clock.advance(2);
  expect([await get(), await get()]).toEqual([2, 3]);
});

test('a load that heeds nothing is given up as well', async () => {
  const clock = new ManualClock();
  const cache = new LoadingCache<number>({ ttl: { clock, maxAgeMs: 1_000 }, loadTimeoutMs: 50 });
  const waiting = expect(cache.get('a', () => new Promise(() => undefined), { signal })).rejects.toThrow('too long');
  await clock.advance(50);
  await waiting;
  expect(await cache.get('a', () => Promise.resolve(7), { signal })).toBe(7);
});

test('what just fits is kept, and one that is loaded again weighs once', async () => {
  const clock = new ManualClock();
  const cache = new LoadingCache<number>({ ttl: { clock, maxAgeMs: 1_000 }, maxWeight: 10, weigh: () => 5 });
  const source = counter();
  const get = (key: string, maxAgeMs = 1_000) => cache.get(key, source.load, { signal, maxAgeMs });
  await get('a');
  await clock.advance(2);
  await get('a', 1);
  await get('b');
  expect([await get('a'), await get('b'), source.loads]).toEqual([2, 3, 3]);
});
