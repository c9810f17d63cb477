import fc from 'fast-check';
import { ManualClock } from '../clock.ts';
import { BoundedCache, type EvictionReason } from './bounded-cache.ts';

test('what was used longest ago makes room; a look at it is no use', () => {
  const cache = new BoundedCache<number>({ capacity: 2 });
  cache.set('a', 1);
  cache.set('b', 2);
  expect([cache.get('a'), cache.has('b')]).toEqual([1, true]);
  cache.set('c', 3);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  expect([...cache.values()]).toEqual([1, 3]);
});

test('an entry lives as long as it may, not only until somebody asks', async () => {
  const clock = new ManualClock();
  const cache = new BoundedCache<string>({ ttl: { clock, maxAgeMs: 1_000, ageOf: (value) => Number(value) } });
  cache.set('a', '500');
  cache.set('b', '5000');
  cache.set('c', '0');
  expect(cache.has('c')).toBe(false);
  await clock.advance(500);
  expect([cache.has('a'), cache.has('b'), cache.size]).toEqual([false, true, 1]);
  expect([cache.get('b', 499), cache.get('b', 500)]).toEqual([undefined, '5000']);
  await clock.advance(500);
  expect(cache.size).toBe(0);
});

test('whoever wants to know is told what leaves, and why', async () => {
  const clock = new ManualClock();
  const left: [string, number, EvictionReason][] = [];
  const onEvict = (key: string, value: number, reason: EvictionReason) => left.push([key, value, reason]);
  const cache = new BoundedCache<number>({ capacity: 2, ttl: { clock, maxAgeMs: 100 }, onEvict });
  cache.set('a', 1);
  cache.set('a', 2);
  cache.set('b', 3);
  cache.set('c', 4);
  cache.delete('b');
  cache.delete('b');
  await clock.advance(100);
  expect(left).toEqual([
    ['a', 1, 'replaced'],
    ['a', 2, 'capacity'],
    ['b', 3, 'deleted'],
    ['c', 4, 'expired'],
  ]);
});

test('what cannot be kept takes the place of what was there, and of nothing else', () => {
  const cache = new BoundedCache<number>({ maxWeight: 10, weigh: (value) => value });
  cache.set('a', 4);
  cache.set('b', 6);
  cache.set('b', 11);
  expect([cache.get('a'), cache.get('b'), cache.weight]).toEqual([4, undefined, 4]);
});

const KEYS = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const STEPS = fc.array(
  fc.oneof(
    fc.record({ what: fc.constant('set' as const), key: KEYS, value: fc.integer({ min: 0, max: 12 }) }),
    fc.record({ what: fc.constant('get' as const), key: KEYS }),
    fc.record({ what: fc.constant('delete' as const), key: KEYS }),
    fc.record({ what: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 60 }) }),
    fc.record({ what: fc.constant('clear' as const) }),
  ),
  { maxLength: 40 },
);

/** What the cache has to be, said as simply as can be: a list, the one used last at its end. */
class Model {
  entries: { key: string; value: number; at: number }[] = [];
  now = 0;

  without(key: string): void {
    this.entries = this.entries.filter((entry) => entry.key !== key);
  }

  get weight(): number {
    return this.entries.reduce((sum, { value }) => sum + value, 0);
  }

  set(key: string, value: number): void {
    this.without(key);
    if (value > 10) return;
    while (this.entries.length >= 3 || this.weight + value > 10) this.entries.shift();
    this.entries.push({ key, value, at: this.now });
  }

  get(key: string): number | undefined {
    const found = this.entries.find((entry) => entry.key === key);
    if (!found) return undefined;
    this.without(key);
    this.entries.push(found);
    return found.value;
  }

  wait(ms: number): void {
    this.now += ms;
    this.entries = this.entries.filter(({ at }) => this.now - at < 100);
  }
}

test('holds what a list with the same rules holds, whatever is done to it', async () => {
  await fc.assert(
    fc.asyncProperty(STEPS, async (steps) => {
      const clock = new ManualClock();
      const cache = new BoundedCache<number>({
        capacity: 3,
        maxWeight: 10,
        weigh: (value) => value,
        ttl: { clock, maxAgeMs: 100 },
      });
      const model = new Model();
      for (const step of steps) {
        switch (step.what) {
          case 'set':
            cache.set(step.key, step.value);
            model.set(step.key, step.value);
            break;
          case 'get':
            expect(cache.get(step.key)).toBe(model.get(step.key));
            break;
          case 'delete':
            cache.delete(step.key);
            model.without(step.key);
            break;
          case 'clear':
            cache.clear();
            model.entries = [];
            break;
          case 'wait':
            await clock.advance(step.ms);
            model.wait(step.ms);
        }
        expect([...cache.values()]).toEqual(model.entries.map(({ value }) => value));
        expect([cache.size, cache.weight]).toEqual([model.entries.length, model.weight]);
      }
    }),
    { numRuns: 60 },
  );
});
