import { createRegistry, ManualClock, silentLogger } from '@eso/runtime';
import { Controller, type ControllerOptions } from './controller.ts';
import { Priority } from './priority.ts';
import type { ReconcileContext, ReconcileResult } from './reconcile.ts';
import { WorkQueue } from './work-queue.ts';

type Step = (key: string, context: ReconcileContext) => Promise<ReconcileResult>;

/** A controller whose passes enter the endpoints of their key (`endpoint+endpoint/name`) and then do `inside`. */
function setup(inside: Step, options: Partial<ControllerOptions> = {}) {
  const clock = new ManualClock();
  const registry = createRegistry({ processMetrics: false });
  const queue = new WorkQueue({ name: 'test', clock, registry, backoff: { baseMs: 1_000, maxMs: 60_000 } });
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
