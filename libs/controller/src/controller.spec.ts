import { createRegistry, ManualClock, silentLogger } from '@eso/runtime';
import { Controller, type ControllerOptions } from './controller.ts';
import { TerminalError } from './error.ts';
import { Priority } from './priority.ts';
import type { Reconcile } from './reconcile.ts';
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

test('a failure is tried again after 1 s, 2 s, 4 s …, and a success ends the backoff', async () => {
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

test('a terminal error is counted and not tried again', async () => {
  let calls = 0;
  const { clock, queue, metric, stop } = setup(() => {
    calls++;
    return Promise.reject(new TerminalError('the target is owned by someone else'));
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
