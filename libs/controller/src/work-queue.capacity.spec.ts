import { createRegistry, ManualClock, silentLogger } from '@eso/runtime';
import { Controller, type ControllerOptions } from './controller.ts';
import { Priority } from './priority-levels.ts';
import type { ReconcileContext, ReconcileResult } from './reconcile.ts';
import { WorkQueue } from './work-queue.ts';

type Step = (key: string, context: ReconcileContext) => Promise<ReconcileResult>;

/** A controller whose passes enter the endpoints of their key (`endpoint+endpoint/name`) and then do `inside`. */
function setup(inside: Step, options: Partial<ControllerOptions> = {}) {
  const clock = new ManualClock();
  const registry = createRegistry({ processMetrics: false });
  const queue = new WorkQueue({ name: 'test', clock, registry, backoff: { firstMs: 1_000, maxMs: 60_000 } });
  const entered: string[] = [];
  const controller = new Controller({
    name: 'test',
    queue,
    clock,
    registry,
    logger: silentLogger,
    reconcile: async (key, context) => {
      if (!context.enter((key.split('/')[0] ?? '').split('+'))) return { kind: 'wait' };
      entered.push(key);
      return inside(key, context);
    },
    ...options,
  });
  const stop = new AbortController();
  const ended = controller.start(stop.signal);
  const metric = async (name: string, labels: Record<string, string | number> = {}): Promise<number | undefined> => {
    const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
    return values.find((v) => Object.entries(labels).every(([label, value]) => v.labels[label] === value))?.value;
  };
  const end = async (): Promise<void> => {
    stop.abort();
    await clock.advance(5_000);
    await ended;
  };
  return { clock, queue, controller, entered, metric, stop: end };
}

/** Ends with `signal`, and not before. */
function hang({ signal }: ReconcileContext): Promise<ReconcileResult> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

function keys(count: number, prefix: string): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}${String(i)}`);
}

test('100 failing keys of one endpoint make 100 calls a minute: waiting for room does not end a backoff', async () => {
  let calls = 0;
  const { clock, queue, metric, stop } = setup(async () => {
    calls++;
    await clock.sleep(1);
    return { kind: 'failed', text: 'the backend refuses', again: { kind: 'backoff' } };
  });
  for (const key of keys(100, 'e/')) queue.add(key);
  await clock.advance(600_000);
  const before = calls;
  await clock.advance(600_000);
  expect(calls - before).toBeGreaterThan(990);
  expect(calls - before).toBeLessThan(1_010);
  // Most of these passes found no room at first; only those that did work are counted.
  expect(await metric('controller_runtime_reconcile_total', { result: 'error' })).toBe(calls);
  expect(await metric('controller_runtime_reconcile_total', { result: 'success' })).toBe(0);
  await stop();
});

test('waiting keys are deleted, moved and edited, and all others still get their turn', async () => {
  const clock = new ManualClock();
  const gone = new Set<string>();
  const moved = new Set<string>();
  const calls: string[] = [];
  const queue = new WorkQueue({ name: 'test', clock });
  const controller = new Controller({
    name: 'test',
    queue,
    clock,
    registry: createRegistry({ processMetrics: false }),
    logger: silentLogger,
    workers: 4,
    reconcile: async (key, { enter }) => {
      if (gone.has(key)) return { kind: 'done' };
      if (!enter([moved.has(key) ? 'other' : 'e'])) return { kind: 'wait' };
      await clock.sleep(100);
      calls.push(key);
      return { kind: 'done' };
    },
  });
  const stop = new AbortController();
  const ended = controller.start(stop.signal);
  const all = keys(30, 'k');
  for (const key of all) queue.add(key);
  await clock.advance(1);
  expect(queue.waiting).toBe(27);
  // Some of it without an event, as when the pass itself finds out.
  all.forEach((key, i) => {
    if (i % 3 === 1 && i > 3) gone.add(key);
    if (i % 3 === 2) moved.add(key);
    if (i % 2 === 1 && i > 3) queue.add(key);
  });
  await clock.advance(10_000);
  expect(calls.sort()).toEqual(all.filter((key) => !gone.has(key)).sort());
  expect([queue.waiting, queue.depth]).toEqual([0, 0]);
  stop.abort();
  await ended;
});

test('with 10,000 refreshes due at one endpoint, an object that never synced is served next', async () => {
  const { clock, queue, entered, stop } = setup(async () => {
    await clock.sleep(100);
    return { kind: 'done' };
  });
  for (const key of keys(10_000, 'e/')) queue.add(key, { priority: Priority.refresh });
  await clock.advance(250);
  expect(queue.waiting).toBeGreaterThan(9_000);
  const before = entered.length;
  queue.add('e/new', { priority: Priority.neverSynced });
  await clock.advance(100);
  expect(entered.indexOf('e/new')).toBe(before);
  await stop();
});

test('a single endpoint gets most workers, and one that hangs leaves room', async () => {
  const { clock, queue, entered, metric, stop } = setup((key, context) =>
    key.startsWith('hangs') ? hang(context) : Promise.resolve({ kind: 'done' }),
  );
  for (const key of keys(100, 'hangs0/')) queue.add(key);
  await clock.advance(1);
  expect(entered.length).toBe(24);
  expect([queue.waiting, await metric('workqueue_waiting')]).toEqual([76, 76]);
  queue.add('works/a');
  await clock.advance(1);
  expect(entered.at(-1)).toBe('works/a');
  await stop();
});

test('room comes back with leave, before the pass has ended', async () => {
  const { clock, queue, entered, stop } = setup(
    async (_key, { leave }) => {
      await clock.sleep(10);
      leave();
      leave();
      await clock.sleep(1_000);
      return { kind: 'done' };
    },
    { workers: 8, share: 0.1 },
  );
  for (const key of keys(3, 'e/')) queue.add(key);
  await clock.advance(5);
  expect(entered).toEqual(['e/0']);
  await clock.advance(10);
  expect(entered).toEqual(['e/0', 'e/1']);
  await clock.advance(10);
  expect(entered).toEqual(['e/0', 'e/1', 'e/2']);
  await clock.advance(2_000);
  await stop();
});

test('keys of a higher priority get room first, then those that have waited longer, whatever happens to them meanwhile', async () => {
  const { clock, queue, entered, stop } = setup(
    async () => {
      await clock.sleep(100);
      return { kind: 'done' };
    },
    { workers: 2 },
  );
  queue.add('e/first');
  queue.add('e/old', { priority: Priority.changed });
  queue.add('e/refresh', { priority: Priority.refresh });
  queue.add('e/young', { priority: Priority.changed });
  queue.add('e/raised', { priority: Priority.refresh });
  await clock.advance(1);
  expect(queue.waiting).toBe(4);
  queue.add('e/old');
  queue.add('e/raised', { priority: Priority.neverSynced, afterMs: 60_000 });
  await clock.advance(500);
  expect(entered).toEqual(['e/first', 'e/raised', 'e/old', 'e/young', 'e/refresh']);
  await stop();
});

test('ten endpoints that hang, one after the other, do not keep what they got: the eleventh gets its turn', async () => {
  const { clock, queue, entered, stop } = setup(
    async (key, context) => (key.startsWith('works') ? { kind: 'done' } : hang(context)),
    { timeoutMs: 10_000 },
  );
  for (let i = 0; i < 10; i++) for (const key of keys(100, `hangs${String(i)}/`)) queue.add(key);
  queue.add('works/a');
  await clock.advance(10_000);
  expect(entered).toContain('works/a');
  // By then room is divided among them as if they had come at the same time.
  for (let round = 0; round < 3; round++) {
    entered.length = 0;
    queue.add(`works/${String(round)}`);
    await clock.advance(10_000);
    expect(entered).toContain(`works/${String(round)}`);
    const counts = Array.from({ length: 10 }, (_, i) => entered.filter((key) => key.startsWith(`hangs${String(i)}/`)));
    expect(Math.max(...counts.map(({ length }) => length))).toBeLessThanOrEqual(4);
    expect(Math.min(...counts.map(({ length }) => length))).toBeGreaterThanOrEqual(1);
  }
  await stop();
});

test('a reconcile that ignores its signal gives its room back with its worker, and gets none any more', async () => {
  let late: ReconcileContext | undefined;
  let settle = (): void => undefined;
  const { clock, queue, entered, stop } = setup(
    async (key, context) => {
      if (key !== 'e/deaf') return { kind: 'done' };
      late = context;
      await new Promise<void>((resolve) => (settle = resolve));
      return { kind: 'done' };
    },
    { workers: 1, timeoutMs: 1_000 },
  );
  queue.add('e/deaf');
  queue.add('e/a');
  await clock.advance(5_900);
  expect(entered).toEqual(['e/deaf']);
  await clock.advance(200);
  expect(entered).toEqual(['e/deaf', 'e/a']);
  expect(late?.enter(['e'])).toBe(false);
  settle();
  await clock.advance(1);
  expect(late?.enter(['e'])).toBe(false);
  late?.leave();
  queue.add('e/b');
  await clock.advance(1);
  expect(entered).toEqual(['e/deaf', 'e/a', 'e/b']);
  await stop();
});

test('what waits for room when the controller stops is served after the next start, and no room is lost', async () => {
  const { clock, queue, controller, entered, stop } = setup(async (_key, context) => hang(context), {
    workers: 4,
    timeoutMs: 60_000,
  });
  for (const key of keys(6, 'e/')) queue.add(key);
  await clock.advance(1);
  expect([entered.length, queue.waiting]).toEqual([3, 3]);
  await stop();
  expect(queue.waiting).toBe(3);
  entered.length = 0;
  const again = new AbortController();
  const ended = controller.start(again.signal);
  await clock.advance(1);
  expect(entered).toEqual(['e/3', 'e/4', 'e/5']);
  await clock.advance(60_001);
  expect(entered.slice(3)).toEqual(['e/0', 'e/1', 'e/2']);
  again.abort();
  await clock.advance(1);
  await ended;
});

test('room that a pass does not use any more goes on to the next: gone, or bound elsewhere', async () => {
  const clock = new ManualClock();
  const queue = new WorkQueue({ name: 'test', clock });
  queue.setCapacity({ workers: 2, share: 3 });
  const never = new AbortController().signal;
  const take = async (): Promise<string | undefined> => (await queue.get(never))?.key;
  for (const key of ['first', 'gone', 'moved', 'last']) {
    queue.add(key);
    expect(await take()).toBe(key);
    expect(queue.enter(key, ['e'])).toBe(key === 'first');
    if (key === 'first') continue;
    expect(queue.wait(key)).toBe(true);
    queue.done(key);
  }
  queue.leave('first');
  expect(await take()).toBe('gone');
  // It holds the only room now, without having asked for it.
  expect(queue.enter('first', ['e'])).toBe(false);
  queue.done('gone');
  expect(await take()).toBe('moved');
  expect(queue.enter('moved', ['other'])).toBe(true);
  expect(await take()).toBe('last');
  expect(queue.enter('last', ['e'])).toBe(true);
  for (const key of ['first', 'moved', 'last']) queue.done(key);
  expect([queue.depth, queue.waiting]).toEqual([0, 0]);
});

test('a pass gets no room that a waiting key before it in line could use', async () => {
  const clock = new ManualClock();
  const queue = new WorkQueue({ name: 'test', clock });
  queue.setCapacity({ workers: 2, share: 3 });
  const never = new AbortController().signal;
  queue.add('inside');
  await queue.get(never);
  expect(queue.enter('inside', ['e'])).toBe(true);
  queue.add('waits');
  await queue.get(never);
  expect([queue.enter('waits', ['e']), queue.wait('waits')]).toEqual([false, true]);
  queue.done('waits');
  for (const [key, priority] of [
    ['young', 0],
    ['urgent', 100],
  ] as const) {
    queue.add(key, { priority });
    expect((await queue.get(never))?.key).toBe(key);
  }
  queue.leave('inside');
  expect(queue.enter('young', ['e'])).toBe(false);
  expect(queue.enter('urgent', ['e'])).toBe(true);
  expect(queue.enter('urgent', [])).toBe(true);
  expect((await queue.get(never))?.key).toBe('waits');
});

test('a key of two endpoints gets its turn though others fill now the one, now the other', async () => {
  let served = false;
  const { clock, queue, entered, stop } = setup(
    async (key) => {
      if (key === 'a+b/both') served = true;
      else await clock.sleep(100);
      // Each is followed by the next of its kind, for ever: never is nobody inside both.
      if (!served) queue.add(key);
      return { kind: 'done' };
    },
    { workers: 4, share: 0.1 },
  );
  queue.add('a/1');
  queue.add('a/2');
  await clock.advance(50);
  queue.add('b/1');
  queue.add('b/2');
  queue.add('a+b/both', { priority: Priority.neverSynced });
  await clock.advance(50);
  // An event now and then does not take its place from it.
  for (let i = 0; i < 10; i++) {
    queue.add('a+b/both');
    await clock.advance(100);
  }
  expect(entered).toContain('a+b/both');
  // Not before the others went in as often as there are workers.
  expect(entered.indexOf('a+b/both')).toBeGreaterThan(6);
  await clock.advance(1_000);
  await stop();
});

test('a key of two endpoints does not go beyond the share of one that hangs', async () => {
  const { clock, queue, entered, stop } = setup(
    async (key, context) => {
      if (key.startsWith('hangs')) return hang(context);
      await clock.sleep(10);
      queue.add(key);
      return { kind: 'done' };
    },
    { workers: 8 },
  );
  for (const key of keys(10, 'hangs/')) queue.add(key);
  await clock.advance(1);
  for (const key of keys(10, 'hangs+works/')) queue.add(key, { priority: Priority.neverSynced });
  queue.add('works/a');
  await clock.advance(1_000);
  expect(entered.filter((key) => key.startsWith('hangs+'))).toEqual([]);
  expect(entered.filter((key) => key === 'works/a').length).toBeGreaterThan(50);
  await stop();
});

test('of a waiting and a ready key of one priority, the earlier goes first; a higher priority does not wait for it', async () => {
  const queue = new WorkQueue({ name: 'test', clock: new ManualClock() });
  queue.setCapacity({ workers: 1, share: 3 });
  const never = new AbortController().signal;
  const take = async (): Promise<string | undefined> => (await queue.get(never))?.key;
  queue.add('inside');
  await take();
  queue.enter('inside', ['e']);
  queue.add('waits');
  await take();
  expect([queue.enter('waits', ['e']), queue.wait('waits')]).toEqual([false, true]);
  queue.done('waits');
  queue.add('ready');
  queue.add('urgent', { priority: 1 });
  queue.done('inside');
  expect([await take(), await take(), await take()]).toEqual(['urgent', 'waits', 'ready']);
});

test('room that a pass gives back by needing less goes to an idle worker at once', async () => {
  const queue = new WorkQueue({ name: 'test', clock: new ManualClock() });
  queue.setCapacity({ workers: 2, share: 1 });
  const never = new AbortController().signal;
  queue.add('both');
  await queue.get(never);
  expect(queue.enter('both', ['a', 'b'])).toBe(true);
  queue.add('waits');
  await queue.get(never);
  expect([queue.enter('waits', ['b']), queue.wait('waits')]).toEqual([false, true]);
  queue.done('waits');
  const idle = queue.get(never);
  expect(queue.waiting).toBe(1);
  expect(queue.enter('both', ['a'])).toBe(true);
  expect(queue.waiting).toBe(0);
  expect((await idle)?.key).toBe('waits');
});

test('a key that is also due later waits for room all the same, once', async () => {
  const clock = new ManualClock();
  const queue = new WorkQueue({ name: 'test', clock });
  queue.setCapacity({ workers: 0, share: 3 });
  const never = new AbortController().signal;
  queue.add('a', { priority: Priority.refresh });
  await queue.get(never);
  expect(queue.enter('a', ['e'])).toBe(false);
  queue.add('a', { priority: Priority.changed, afterMs: 1_000 });
  queue.wait('a');
  queue.done('a');
  await clock.advance(1_000);
  expect([queue.waiting, queue.depth]).toEqual([1, 0]);
  queue.setCapacity({ workers: 1, share: 3 });
  expect(await queue.get(never)).toEqual({ key: 'a', priority: Priority.changed });
  queue.done('a');
  await clock.advance(1_000);
  expect([queue.waiting, queue.depth]).toEqual([0, 0]);
});

test.each(['returned', 'threw'])(
  'what a pass that %s still does with its context does not touch the next pass',
  async (how) => {
    const contexts: ReconcileContext[] = [];
    const { clock, queue, entered, stop } = setup(
      async (key, context) => {
        if (key !== 'e/a') return { kind: 'done' };
        if (contexts.push(context) > 1) return hang(context);
        if (how === 'threw') throw new Error('not yet');
        return { kind: 'requeue' };
      },
      { workers: 2, share: 0.1 },
    );
    queue.add('e/a');
    await clock.advance(1_000);
    expect(entered).toEqual(['e/a', 'e/a']);
    contexts[0]?.leave();
    expect(contexts[0]?.enter(['other'])).toBe(false);
    queue.add('e/b');
    await clock.advance(1);
    expect(entered).toEqual(['e/a', 'e/a']);
    contexts[1]?.leave();
    await clock.advance(1);
    expect(entered).toEqual(['e/a', 'e/a', 'e/b']);
    await stop();
  },
);
