import { createRegistry, ManualClock, silentLogger } from '@eso/runtime';
import { Controller, type ControllerOptions } from './controller.ts';
import { Priority } from './priority-levels.ts';
import type { Reconcile, ReconcileResult, RequeuePolicy } from './reconcile.ts';
import { WorkQueue } from './work-queue.ts';

function setup(reconcile: Reconcile, options: Partial<ControllerOptions> = {}) {
  const clock = new ManualClock();
  const registry = createRegistry({ processMetrics: false });
  const queue = new WorkQueue({ name: 'test', clock, registry });
  const controller = new Controller({
    name: 'test',
    queue,
    reconcile,
    workers: 2,
    clock,
    registry,
    logger: silentLogger,
    ...options,
  });
  const stop = new AbortController();
  const ended = controller.start(stop.signal);
  const metric = async (name: string, result?: string): Promise<number | undefined> => {
    const values = (await registry.getSingleMetric(name)?.get())?.values ?? [];
    return values.find((v) => result === undefined || v.labels['result'] === result)?.value;
  };
  return { clock, queue, controller, metric, registry, stop: () => (stop.abort(), ended) };
}

test('a key is reconciled with its priority, and not again when it is done', async () => {
  const seen: [string, number][] = [];
  const { clock, queue, metric, stop } = setup((key, { priority }) => {
    seen.push([key, priority]);
    return Promise.resolve({ kind: 'done' });
  });
  queue.add('ns/a', { priority: Priority.neverSynced });
  await clock.advance(3_600_000);
  expect(seen).toEqual([['ns/a', 100]]);
  expect(await metric('controller_runtime_reconcile_total', 'success')).toBe(1);
  await stop();
});

test('a failure is tried again after 1 s, 2 s, 4 s …, and a success ends the backoff [1.10.6] [1.10.10]', async () => {
  const at: number[] = [];
  let broken = true;
  const { clock, queue, metric, stop } = setup(() => {
    at.push(clock.monotonic());
    return broken ? Promise.reject(new Error('not yet')) : Promise.resolve({ kind: 'done' });
  });
  queue.add('a');
  await clock.advance(7_000);
  expect(at).toEqual([0, 1_000, 3_000, 7_000]);
  broken = false;
  await clock.advance(8_000);
  expect(queue.numRequeues('a')).toBe(0);
  expect(await metric('controller_runtime_reconcile_errors_total')).toBe(4);
  expect(await metric('controller_runtime_reconcile_total', 'error')).toBe(4);
  expect(await metric('controller_runtime_reconcile_total', 'success')).toBe(1);
  await stop();
});

test('requeue uses the backoff and the same priority, requeueAfter the given time and the priority of a refresh', async () => {
  const seen: [string, number, number][] = [];
  const { clock, queue, metric, stop } = setup((key, { priority }) => {
    seen.push([key, clock.monotonic(), priority]);
    return Promise.resolve(key === 'soon' ? { kind: 'requeue' } : { kind: 'requeueAfter', ms: 1_500 });
  });
  queue.add('soon', { priority: Priority.neverSynced });
  queue.add('timed', { priority: Priority.neverSynced });
  await clock.advance(2_000);
  expect(seen).toEqual([
    ['soon', 0, 100],
    ['timed', 0, 100],
    ['soon', 1_000, 100],
    ['timed', 1_500, -100],
  ]);
  expect(await metric('controller_runtime_reconcile_total', 'requeue')).toBe(2);
  expect(await metric('controller_runtime_reconcile_total', 'requeue_after')).toBe(2);
  await stop();
});

test('a failure that waits for a change is counted as terminal and not tried again', async () => {
  let calls = 0;
  const { clock, queue, metric, stop } = setup(() => {
    calls++;
    return Promise.resolve({ kind: 'failed', text: 'the target is owned by someone else', again: { kind: 'change' } });
  });
  queue.add('a');
  await clock.advance(3_600_000);
  expect(calls).toBe(1);
  expect(await metric('controller_runtime_terminal_reconcile_errors_total')).toBe(1);
  expect(await metric('controller_runtime_reconcile_errors_total')).toBe(1);
  await stop();
});

test('a defect is counted as a panic and does not end the worker, even when thrown at once', async () => {
  let calls = 0;
  const { clock, queue, metric, stop } = setup(() => {
    calls++;
    throw new TypeError('x is not a function');
  });
  queue.add('a');
  await clock.advance(1_000);
  expect(calls).toBe(2);
  expect(await metric('controller_runtime_reconcile_panics_total')).toBe(2);
  await stop();
});

test('no more than the given number of keys is processed at once', async () => {
  let active = 0;
  let most = 0;
  const { clock, queue, metric, stop } = setup(async () => {
    most = Math.max(most, ++active);
    await clock.sleep(10);
    active--;
    return { kind: 'done' };
  });
  for (const key of ['a', 'b', 'c', 'd', 'e']) queue.add(key);
  await clock.advance(5);
  expect(await metric('controller_runtime_active_workers')).toBe(2);
  await clock.advance(100);
  expect(most).toBe(2);
  expect(await metric('controller_runtime_active_workers')).toBe(0);
  expect(await metric('controller_runtime_max_concurrent_reconciles')).toBe(2);
  await stop();
});

test('a reconcile past its time is aborted and tried again', async () => {
  const reasons: unknown[] = [];
  const { clock, queue, controller, metric, stop } = setup(
    async (_key, { signal }) => {
      await clock.sleep(60_000, signal).catch((error: unknown) => {
        reasons.push((error as Error).message);
        throw error;
      });
      return { kind: 'done' };
    },
    { timeoutMs: 5_000 },
  );
  queue.add('a');
  await clock.advance(5_000);
  expect(reasons).toEqual(['reconcile exceeded 5 s']);
  expect(controller.health()).toBeUndefined();
  await clock.advance(1_000);
  expect(await metric('workqueue_adds_total')).toBe(2);
  expect(await metric('controller_runtime_reconcile_timeouts_total')).toBe(1);
  await stop();
});

test('a reconcile that ignores its signal turns health red, frees its worker, and keeps its key locked', async () => {
  const seen: string[] = [];
  let release = (): void => undefined;
  const { clock, queue, controller, stop } = setup(
    async (key) => {
      seen.push(key);
      if (key === 'deaf' && seen.length === 1) await new Promise<void>((resolve) => (release = resolve));
      return { kind: 'done' };
    },
    { workers: 1, timeoutMs: 5_000 },
  );
  queue.add('deaf');
  queue.add('other');
  await clock.advance(9_999);
  expect(seen).toEqual(['deaf']);
  await clock.advance(1);
  queue.add('deaf');
  await clock.advance(1_000);
  expect(seen).toEqual(['deaf', 'other']);
  expect(controller.health()).toBe('reconcile of deaf has run 6 s past its time');
  release();
  await clock.advance(1);
  expect(seen).toEqual(['deaf', 'other', 'deaf']);
  expect(controller.health()).toBeUndefined();
  await stop();
});

test('a queue that does not drain turns health red', async () => {
  const { clock, queue, controller, stop } = setup(
    async () => {
      await clock.sleep(90_000);
      return { kind: 'done' };
    },
    { workers: 1, timeoutMs: 100_000 },
  );
  queue.add('a');
  queue.add('b');
  await clock.advance(61_000);
  expect(controller.health()).toBe('1 keys wait, none was taken for 61 s');
  await clock.advance(29_000);
  expect(controller.health()).toBeUndefined();
  const stopped = stop();
  await clock.advance(5_000);
  await stopped;
});

test('stopping aborts what runs, waits for it, and leaves the rest in the queue for the next start', async () => {
  const ends: string[] = [];
  const { clock, queue, controller, stop } = setup(
    async (key, { signal }) => {
      await clock.sleep(60_000, signal).finally(() => ends.push(key));
      return { kind: 'done' };
    },
    { workers: 1 },
  );
  queue.add('a');
  queue.add('b');
  await clock.advance(1);
  await expect(controller.start(new AbortController().signal)).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  await stop();
  expect(ends).toEqual(['a']);
  expect(queue.depth).toBe(1);
  const again = new AbortController();
  const ended = controller.start(again.signal);
  await clock.advance(1);
  expect(queue.depth).toBe(0);
  again.abort();
  await ended;
});

test('what a stop interrupts has not failed: no error is counted, and it comes again at the next start', async () => {
  const { clock, queue, metric, stop } = setup(async (_key, { signal }) => {
    await clock.sleep(60_000, signal);
    return { kind: 'done' };
  });
  queue.add('a', { priority: Priority.refresh });
  await clock.advance(1);
  await stop();
  expect(await metric('controller_runtime_reconcile_errors_total')).toBe(0);
  expect(await metric('controller_runtime_reconcile_total', 'error')).toBe(0);
  await clock.advance(1_000);
  expect(await queue.get(new AbortController().signal)).toEqual({ key: 'a', priority: Priority.refresh });
});

test('every metric of controller-runtime that dashboards use is there from the start', async () => {
  const { registry, stop } = setup(() => Promise.resolve({ kind: 'done' }));
  const text = await registry.metrics();
  for (const name of [
    'controller_runtime_reconcile_total{controller="test",result="success"} 0',
    'controller_runtime_reconcile_total{controller="test",result="requeue_after"} 0',
    'controller_runtime_reconcile_errors_total{controller="test"} 0',
    'controller_runtime_terminal_reconcile_errors_total{controller="test"} 0',
    'controller_runtime_reconcile_panics_total{controller="test"} 0',
    'controller_runtime_max_concurrent_reconciles{controller="test"} 2',
    'controller_runtime_active_workers{controller="test"} 0',
    '# TYPE controller_runtime_reconcile_time_seconds histogram',
  ])
    expect(text).toContain(name);
  await stop();
});

test('a failure says when its key is tried again: backoff with a maximum of its own, after a time, on a change', async () => {
  const seen = new Map<string, number[]>();
  const again: Record<string, RequeuePolicy> = {
    missing: { kind: 'backoff', maxMs: 4_000 },
    other: { kind: 'backoff' },
    costly: { kind: 'after', ms: 15_000 },
    spec: { kind: 'change' },
  };
  const priorities = new Set<string>();
  const { clock, queue, metric, stop } = setup((key, { priority }) => {
    seen.set(key, [...(seen.get(key) ?? []), clock.monotonic() / 1_000]);
    priorities.add(`${key} ${String(priority)}`);
    return Promise.resolve({ kind: 'failed', text: 'no such key', again: again[key] ?? { kind: 'change' } });
  });
  for (const key of Object.keys(again)) queue.add(key, { priority: Priority.neverSynced });
  await clock.advance(16_000);
  expect(Object.fromEntries(seen)).toEqual({
    missing: [0, 1, 3, 7, 11, 15],
    other: [0, 1, 3, 7, 15],
    costly: [0, 15],
    spec: [0],
  });
  expect([...priorities].sort()).toEqual(['costly -100', 'costly 100', 'missing 100', 'other 100', 'spec 100']);
  expect(await metric('controller_runtime_reconcile_total', 'error')).toBe(14);
  expect(await metric('controller_runtime_reconcile_errors_total')).toBe(14);
  expect(await metric('controller_runtime_terminal_reconcile_errors_total')).toBe(1);
  await stop();
});

test.each<ReconcileResult>([
  { kind: 'done' },
  { kind: 'requeueAfter', ms: 60_000 },
  { kind: 'failed', text: 'wrong spec', again: { kind: 'change' } },
  { kind: 'failed', text: 'wrong spec', again: { kind: 'after', ms: 60_000 } },
])('%j ends the backoff', async (result) => {
  const results: ReconcileResult[] = [{ kind: 'requeue' }, { kind: 'requeue' }, result];
  const { clock, queue, stop } = setup(() => Promise.resolve(results.shift() ?? { kind: 'done' }));
  queue.add('a');
  await clock.advance(1_000);
  expect(queue.numRequeues('a')).toBe(2);
  await clock.advance(2_000);
  expect(results).toEqual([]);
  expect(queue.numRequeues('a')).toBe(0);
  await stop();
});

test('a pass that waits without having been refused room is a failure, and its key is not lost', async () => {
  let calls = 0;
  const { clock, queue, metric, stop } = setup(() => Promise.resolve({ kind: calls++ === 0 ? 'wait' : 'done' }));
  queue.add('a');
  await clock.advance(1_000);
  expect(calls).toBe(2);
  expect(await metric('controller_runtime_reconcile_errors_total')).toBe(1);
  await stop();
});

test('a pass that waits is counted neither in the results nor in the times', async () => {
  const { clock, queue, registry, stop } = setup((key, { enter }) =>
    Promise.resolve(enter([key]) ? { kind: 'done' } : { kind: 'wait' }),
  );
  queue.setCapacity({ workers: 0, share: 3 });
  queue.add('a');
  await clock.advance(1_000);
  expect(queue.waiting).toBe(1);
  const text = await registry.metrics();
  expect(text).not.toMatch(/reconcile_time_seconds_count\{.*\} [1-9]/u);
  expect(text).not.toMatch(/reconcile_total\{.*\} [1-9]/u);
  queue.setCapacity({ workers: 2, share: 3 });
  await clock.advance(1);
  expect(await registry.metrics()).toContain(
    'controller_runtime_reconcile_total{controller="test",result="success"} 1',
  );
  await stop();
});

test('a reconcile that never settles is stuck: liveness turns red a minute after its worker went on without it', async () => {
  const { clock, queue, controller, stop } = setup(
    async (key) => (key === 'deaf' ? new Promise<ReconcileResult>(() => undefined) : { kind: 'done' }),
    { workers: 1, timeoutMs: 5_000 },
  );
  queue.add('deaf');
  await clock.advance(10_000);
  expect(controller.health()).toBeUndefined();
  await clock.advance(1_000);
  expect(controller.health()).toBe('reconcile of deaf has run 6 s past its time');
  await clock.advance(59_000);
  expect(controller.stuck()).toBeUndefined();
  await clock.advance(1_000);
  expect(controller.stuck()).toBe('reconcile of deaf ignores for 66 s that its time is over');
  await stop();
});

test('one that ignores that the controller stopped is stuck from then on, not only from the end of its time', async () => {
  let settle = (): void => undefined;
  const { clock, queue, controller, stop } = setup(
    async () => {
      await new Promise<void>((resolve) => (settle = resolve));
      return { kind: 'done' };
    },
    { timeoutMs: 3_600_000, stuckMs: 10_000 },
  );
  queue.add('deaf');
  await clock.advance(1);
  const stopped = stop();
  await clock.advance(15_000);
  await stopped;
  expect(controller.stuck()).toBeUndefined();
  await clock.advance(1_000);
  expect(controller.stuck()).toBe('reconcile of deaf ignores for 16 s that its time is over');
  settle();
  await clock.advance(1);
  expect(controller.stuck()).toBeUndefined();
});

test('keys of a priority that never get their turn turn health red; how long they wait stands in the metrics', async () => {
  let busy = true;
  const { clock, queue, controller, registry, stop } = setup(
    async (key) => {
      await clock.sleep(1_000);
      if (busy) queue.add(`${key}'`, { priority: Priority.changed });
      return { kind: 'done' };
    },
    { workers: 1 },
  );
  queue.add('a', { priority: Priority.changed });
  queue.add('refresh', { priority: Priority.refresh });
  await clock.advance(600_000);
  expect(controller.health()).toBeUndefined();
  await clock.advance(2_000);
  expect(controller.health()).toBe('keys of priority -100 wait, none of them was taken for 602 s');
  expect(await registry.metrics()).toContain(
    'workqueue_oldest_ready_seconds{name="test",controller="test",priority="-100"} 602',
  );
  busy = false;
  await clock.advance(2_000);
  expect(controller.health()).toBeUndefined();
  expect(await registry.metrics()).toContain(
    'workqueue_oldest_ready_seconds{name="test",controller="test",priority="-100"} 0',
  );
  const stopped = stop();
  await clock.advance(5_000);
  await stopped;
});

test('a burst is no starvation, however long its keys wait: some are served all the time', async () => {
  const { clock, queue, controller, stop } = setup(
    async () => {
      await clock.sleep(300_000);
      return { kind: 'done' };
    },
    { workers: 1, timeoutMs: 400_000, stallMs: 400_000 },
  );
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) queue.add(key, { priority: Priority.refresh });
  for (let i = 0; i < 6; i++) {
    expect(controller.health()).toBeUndefined();
    await clock.advance(299_000);
  }
  const stopped = stop();
  await clock.advance(300_000);
  await stopped;
});

test('what came while the controller did not run is no sign of a stall or of starvation', async () => {
  const { clock, queue, controller, stop } = setup(
    async () => {
      await clock.sleep(1_000);
      return { kind: 'done' };
    },
    { workers: 1 },
  );
  await stop();
  queue.add('changed');
  queue.add('refresh', { priority: Priority.refresh });
  await clock.advance(3_600_000);
  const again = new AbortController();
  const ended = controller.start(again.signal);
  expect(controller.health()).toBeUndefined();
  await clock.advance(500);
  expect(controller.health()).toBeUndefined();
  again.abort();
  await clock.advance(5_000);
  await ended;
});

test('a key that was handed out when the controller stopped is not processed, and stays at its place', async () => {
  const seen: string[] = [];
  const { clock, queue, controller, stop } = setup(
    (key) => {
      seen.push(key);
      return Promise.resolve({ kind: 'done' });
    },
    { workers: 1 },
  );
  await clock.advance(1);
  queue.add('a');
  queue.add('b');
  await stop();
  expect(seen).toEqual([]);
  expect(queue.depth).toBe(2);
  const again = new AbortController();
  const ended = controller.start(again.signal);
  await clock.advance(1);
  expect(seen).toEqual(['a', 'b']);
  again.abort();
  await ended;
});

test('thousands of passes that wait for nothing leave the event loop its turns', async () => {
  let passes = 0;
  const { clock, queue, stop } = setup(() => {
    passes++;
    return Promise.resolve({ kind: 'done' });
  });
  await clock.advance(1);
  for (let i = 0; i < 5_000; i++) queue.add(String(i));
  const perTurn: number[] = [];
  while (passes < 5_000) {
    const before = passes;
    await new Promise((resolve) => setImmediate(resolve));
    perTurn.push(passes - before);
  }
  expect(Math.max(...perTurn)).toBeLessThan(300);
  await stop();
});

test('a controller that does not run has no health to complain of, however long keys wait', async () => {
  const { clock, queue, controller, stop } = setup(() => Promise.resolve({ kind: 'done' }));
  await stop();
  queue.add('a');
  queue.add('b', { priority: Priority.refresh });
  await clock.advance(3_600_000);
  expect(controller.health()).toBeUndefined();
});

test('a key keeps the priority that its result names, and after a defect the one it had', async () => {
  const seen: string[] = [];
  const { clock, queue, stop } = setup((key, { priority }) => {
    seen.push(`${key} ${String(priority)}`);
    if (key === 'defect') throw new RangeError('out of range');
    return Promise.resolve({ kind: 'requeueAfter', ms: 1_000, priority: 7 });
  });
  queue.add('timed');
  queue.add('defect', { priority: Priority.neverSynced });
  await clock.advance(1_000);
  expect(seen.sort()).toEqual(['defect 100', 'defect 100', 'timed 0', 'timed 7']);
  await stop();
});

test.each([new TypeError('a'), new RangeError('b'), new ReferenceError('c')])('%p is a defect', async (error) => {
  const { clock, queue, metric, stop } = setup(() => Promise.reject(error));
  queue.add('a');
  await clock.advance(1);
  expect(await metric('controller_runtime_reconcile_panics_total')).toBe(1);
  expect(await metric('controller_runtime_reconcile_errors_total')).toBe(1);
  await stop();
});

test('the time of a reconcile is measured, whatever came of it', async () => {
  const { clock, queue, registry, stop } = setup(async (key) => {
    await clock.sleep(2_000);
    if (key === 'fails') throw new Error('not yet');
    return { kind: 'done' };
  });
  queue.add('fails');
  queue.add('works');
  await clock.advance(2_001);
  expect(await registry.metrics()).toContain('controller_runtime_reconcile_time_seconds_sum{controller="test"} 4');
  await stop();
});
