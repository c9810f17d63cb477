import { ManualClock } from '@eso/runtime';
import fc from 'fast-check';
import { WorkQueue } from './work-queue.ts';

interface ModelEntry {
  priority: number;
  readyAt: number;
  arrival: number;
}

/** What the queue has to do, written down in the simplest way: a map, and a search through it for each question. */
class Model {
  readonly queued = new Map<string, ModelEntry>();
  readonly processing = new Set<string>();
  now = 0;
  #arrivals = 0;

  add(key: string, priority: number, afterMs: number): void {
    const readyAt = this.now + afterMs;
    const before = this.queued.get(key);
    if (before) {
      before.priority = Math.max(before.priority, priority);
      before.readyAt = Math.min(before.readyAt, readyAt);
    } else {
      this.queued.set(key, { priority, readyAt, arrival: this.#arrivals++ });
    }
  }

  take(): { key: string; priority: number } | undefined {
    const [first] = [...this.queued]
      .filter(([key, entry]) => entry.readyAt <= this.now && !this.processing.has(key))
      .sort(([, a], [, b]) => b.priority - a.priority || a.arrival - b.arrival);
    if (!first) return undefined;
    this.queued.delete(first[0]);
    this.processing.add(first[0]);
    return { key: first[0], priority: first[1].priority };
  }
}

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const step = fc.oneof(
  fc.record({
    do: fc.constant('add' as const),
    key,
    priority: fc.constantFrom(-100, 0, 100),
    afterMs: fc.constantFrom(0, 0, 10, 20, 50),
  }),
  fc.record({ do: fc.constant('get' as const) }),
  fc.record({ do: fc.constant('done' as const), key }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.constantFrom(1, 10, 25) }),
);

/** Asks for a key without waiting: what is there now, or undefined. */
async function poll(queue: WorkQueue): Promise<{ key: string; priority: number } | undefined> {
  const stop = new AbortController();
  const got = queue.get(stop.signal);
  stop.abort();
  return got;
}

test('no key is lost, none is processed twice at once, and the order is that of the model', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60, size: 'max' }), async (steps) => {
      const clock = new ManualClock();
      const queue = new WorkQueue({ name: 'test', clock });
      const model = new Model();
      for (const s of steps) {
        if (s.do === 'add') {
          queue.add(s.key, s);
          model.add(s.key, s.priority, s.afterMs);
        } else if (s.do === 'done') {
          queue.done(s.key);
          model.processing.delete(s.key);
        } else if (s.do === 'advance') {
          await clock.advance(s.ms);
          model.now += s.ms;
        } else {
          expect(await poll(queue)).toEqual(model.take());
        }
      }
      // Whatever is left comes out once its time has come and its processing has ended.
      await clock.advance(1_000);
      model.now += 1_000;
      for (const held of model.processing) queue.done(held);
      model.processing.clear();
      while (model.queued.size > 0) expect(await poll(queue)).toEqual(model.take());
      expect(await poll(queue)).toBeUndefined();
    }),
    { numRuns: 300 },
  );
}, 60_000);

test('with several workers every added key is processed after its last add, and never by two at once', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(key, fc.constantFrom(0, 0, 5)), { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 4 }),
      async (adds, workers) => {
        const clock = new ManualClock();
        const queue = new WorkQueue({ name: 'test', clock });
        const stop = new AbortController();
        const running = new Set<string>();
        const version = new Map<string, number>();
        const seen = new Map<string, number>();
        const work = async (): Promise<void> => {
          for (let item = await queue.get(stop.signal); item; item = await queue.get(stop.signal)) {
            expect(running.has(item.key)).toBe(false);
            running.add(item.key);
            seen.set(item.key, version.get(item.key) ?? 0);
            await clock.sleep(3);
            running.delete(item.key);
            queue.done(item.key);
          }
        };
        const pool = Array.from({ length: workers }, work);
        for (const [added, afterMs] of adds) {
          version.set(added, (version.get(added) ?? 0) + 1);
          queue.add(added, { afterMs });
          if (version.get(added) === 2) await clock.advance(2);
        }
        await clock.advance(1_000);
        stop.abort();
        await Promise.all(pool);
        expect(seen).toEqual(version);
      },
    ),
    { numRuns: 100 },
  );
}, 60_000);
