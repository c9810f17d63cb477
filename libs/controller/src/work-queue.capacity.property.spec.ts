import { ManualClock } from '@eso/runtime';
import fc from 'fast-check';
import { WorkQueue } from './work-queue.ts';

const WORKERS = 4;
/** One endpoint of four workers, while nobody is inside another. */
const ALONE = 3;

interface Line {
  priority: number;
  arrival: number;
}

interface ModelPass extends Line {
  /** What it holds, as far as the outside can know: what it entered. */
  inside: readonly string[] | undefined;
  refused: readonly string[] | undefined;
  /** Endpoints for which room was reserved when it was handed out. */
  reserved: readonly string[] | undefined;
  /** The key as it was added again meanwhile. */
  again: Line | undefined;
}

type ModelEntry = Line & { ids: readonly string[] | undefined };

/** What has to hold of keys that wait for room, written down without any heap and without knowing how room is divided. */
class Model {
  readonly queued = new Map<string, ModelEntry>();
  readonly passes = new Map<string, ModelPass>();
  #arrivals = 0;

  add(key: string, priority: number): void {
    const pass = this.passes.get(key);
    const entry = this.queued.get(key);
    if (entry) {
      entry.priority = Math.max(entry.priority, priority);
      entry.ids = undefined;
    } else if (pass) {
      if (pass.again) pass.again.priority = Math.max(pass.again.priority, priority);
      else pass.again = { priority, arrival: this.#arrivals++ };
    } else {
      this.queued.set(key, { priority, arrival: this.#arrivals++, ids: undefined });
    }
  }

  /** Checks that `key` may be the next one, and hands it out. */
  handOut(key: string, priority: number): void {
    const entry = this.queued.get(key);
    if (!entry) throw new Error(`${key} was not queued`);
    expect(this.passes.has(key)).toBe(false);
    expect(entry.priority).toBe(priority);
    const rivals = [...this.queued.values()].filter(
      ({ ids }) => ids === undefined || JSON.stringify(ids) === JSON.stringify(entry.ids),
    );
    for (const rival of rivals) expect(goesBefore(rival, entry)).toBe(false);
    this.queued.delete(key);
    const { arrival, ids } = entry;
    this.passes.set(key, {
      priority,
      arrival,
      inside: undefined,
      refused: undefined,
      reserved: ids,
      again: undefined,
    });
  }

  end(key: string): void {
    const pass = this.passes.get(key);
    if (!pass) return;
    this.passes.delete(key);
    const { priority, arrival, refused, again } = pass;
    if (refused)
      this.queued.set(key, {
        priority: Math.max(priority, again?.priority ?? priority),
        arrival,
        ids: again ? undefined : refused,
      });
    else if (again) this.queued.set(key, { ...again, ids: undefined });
  }
}

function goesBefore(a: Line, b: Line): boolean {
  return a.priority === b.priority ? a.arrival < b.arrival : a.priority > b.priority;
}

const key = fc.constantFrom('k0', 'k1', 'k2', 'k3', 'k4', 'k5', 'k6', 'k7');
const ids = fc.constantFrom(['a'], ['b'], ['a', 'b'], ['b', 'c'], ['a', 'b', 'c'], []);
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('add' as const), key, priority: fc.constantFrom(-100, 0, 100) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('needs' as const), key, ids }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('get' as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('enter' as const), key }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), key }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), key }) },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** The queue and its model, side by side. */
class Bench {
  readonly queue = new WorkQueue({ name: 'test', clock: new ManualClock() });
  readonly model = new Model();
  readonly #needs = new Map<string, readonly string[]>();

  constructor() {
    this.queue.setCapacity({ workers: WORKERS, share: 3 });
  }

  async run(s: Step): Promise<void> {
    if (s.do === 'add') {
      this.add(s.key, s.priority);
    } else if (s.do === 'needs') {
      this.#needs.set(s.key, s.ids);
    } else if (s.do === 'get') {
      if (this.model.passes.size < WORKERS) await this.get();
    } else if (s.do === 'enter') {
      this.enter(s.key);
    } else if (s.do === 'leave') {
      this.queue.leave(s.key);
      const pass = this.model.passes.get(s.key);
      if (pass) pass.inside = pass.reserved = undefined;
    } else {
      this.end(s.key);
    }
    this.check();
  }

  add(k: string, priority = 0): void {
    this.queue.add(k, { priority });
    this.model.add(k, priority);
  }

  /** Asks for a key without waiting. */
  async get(): Promise<string | undefined> {
    const stop = new AbortController();
    const got = this.queue.get(stop.signal);
    stop.abort();
    const item = await got;
    if (item) this.model.handOut(item.key, item.priority);
    return item?.key;
  }

  enter(k: string): void {
    const wanted = this.#needs.get(k) ?? ['a'];
    const pass = this.model.passes.get(k);
    const entered = this.queue.enter(k, [...wanted, ...wanted]);
    if (!pass) {
      expect(entered).toBe(false);
      return;
    }
    const has = pass.inside ?? pass.reserved ?? [];
    if (wanted.every((id) => has.includes(id))) expect(entered).toBe(true);
    pass.reserved = undefined;
    pass.inside = entered && wanted.length > 0 ? wanted : undefined;
    if (wanted.length > 0) pass.refused = entered ? undefined : wanted;
  }

  end(k: string): void {
    const pass = this.model.passes.get(k);
    if (pass) expect(this.queue.wait(k)).toBe(pass.refused !== undefined);
    this.queue.done(k);
    this.model.end(k);
  }

  check(): void {
    const entries = [...this.model.queued.values()];
    expect(this.queue.waiting).toBe(entries.filter(({ ids: waits }) => waits).length);
    expect(this.queue.depth).toBe(entries.filter(({ ids: waits }) => !waits).length);
    // No more are inside than there are workers.
    expect([...this.model.passes.values()].filter(({ inside }) => inside).length).toBeLessThanOrEqual(WORKERS);
  }
}

test('no key and no room is lost, a reservation holds, and the order is by priority and age, whatever happens', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
      const bench = new Bench();
      for (const s of steps) await bench.run(s);
      // Every key gets its turn once those under way have ended.
      for (const k of [...bench.model.passes.keys()]) bench.end(k);
      for (let turns = 0; bench.model.queued.size > 0; turns++) {
        expect(turns).toBeLessThan(50);
        const k = await bench.get();
        if (k === undefined) throw new Error('keys wait though nobody is inside');
        bench.enter(k);
        bench.end(k);
      }
      // All room is there again: as many go in as on the first day.
      for (let i = 0; i < WORKERS; i++) {
        const fresh = `fresh${String(i)}`;
        bench.add(fresh);
        await bench.get();
        expect(bench.queue.enter(fresh, ['a'])).toBe(i < ALONE);
      }
      bench.add('other');
      await bench.get();
      expect(bench.queue.enter('other', ['b'])).toBe(true);
    }),
    { numRuns: 250 },
  );
}, 120_000);

test('with workers at work, every key is served after its last event, whichever endpoints it needs by then', async () => {
  const event = fc.record({
    key,
    ids,
    priority: fc.constantFrom(-100, 0, 100),
    afterMs: fc.constantFrom(0, 0, 3),
    silent: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { minLength: 1, maxLength: 60, size: 'max' }),
      fc.integer({ min: 1, max: 5 }),
      async (events, workers) => {
        const clock = new ManualClock();
        const queue = new WorkQueue({ name: 'test', clock });
        queue.setCapacity({ workers, share: 3 });
        const stop = new AbortController();
        const needs = new Map<string, readonly string[]>();
        const version = new Map<string, number>();
        const seen = new Map<string, number>();
        const running = new Set<string>();
        const work = async (): Promise<void> => {
          for (let item = await queue.get(stop.signal); item; item = await queue.get(stop.signal)) {
            const k = item.key;
            expect(running.has(k)).toBe(false);
            running.add(k);
            const at = version.get(k) ?? 0;
            await clock.sleep(1);
            if (queue.enter(k, needs.get(k) ?? [])) {
              seen.set(k, at);
              await clock.sleep(5);
              if (at % 2 === 0) queue.leave(k);
              await clock.sleep(1);
            } else {
              expect(queue.wait(k)).toBe(true);
            }
            running.delete(k);
            queue.done(k);
          }
        };
        const pool = Array.from({ length: workers }, work);
        for (const { key: k, ids: wanted, priority, afterMs, silent } of events) {
          needs.set(k, wanted);
          if (!silent || !version.has(k)) {
            version.set(k, (version.get(k) ?? 0) + 1);
            queue.add(k, { priority });
          }
          if (afterMs > 0) await clock.advance(afterMs);
        }
        await clock.advance(2_000);
        stop.abort();
        await Promise.all(pool);
        expect(seen).toEqual(version);
        expect([queue.depth, queue.waiting]).toEqual([0, 0]);
      },
    ),
    { numRuns: 40 },
  );
}, 120_000);
