import { createRegistry, ManualClock } from '@eso/runtime';
import { getEventListeners } from 'node:events';
import { Priority } from './priority-levels.ts';
import { workQueueMetrics } from './work-queue-metrics.ts';
import { WorkQueue } from './work-queue.ts';

const never = new AbortController().signal;

function setup(backoff = { firstMs: 1_000, maxMs: 8_000 }) {
  const clock = new ManualClock();
  const registry = createRegistry({ processMetrics: false });
  const queue = new WorkQueue({ name: 'externalsecret', clock, registry, backoff });
  const keys = async (n: number): Promise<(string | undefined)[]> => {
    const out: (string | undefined)[] = [];
    for (let i = 0; i < n; i++) out.push((await queue.get(never))?.key);
    return out;
  };
  const metric = async (name: string): Promise<number | undefined> =>
    (await registry.getSingleMetric(name)?.get())?.values[0]?.value;
  return { clock, queue, keys, metric };
}

test('a key that is queued already is not queued twice', async () => {
  const { queue, keys } = setup();
  queue.add('a');
  queue.add('b');
  queue.add('a');
  expect(queue.depth).toBe(2);
  expect(await keys(2)).toEqual(['a', 'b']);
  expect(queue.depth).toBe(0);
});

test('a key added while it is processed comes again, but only after it is done', async () => {
  const { queue, keys } = setup();
  queue.add('a');
  expect(await keys(1)).toEqual(['a']);
  queue.add('a');
  queue.add('a');
  expect(queue.depth).toBe(0);
  const next = keys(1);
  queue.done('a');
  expect(await next).toEqual(['a']);
  queue.done('a');
  expect(queue.depth).toBe(0);
});

test('the higher priority goes first; within one, the order of arrival', async () => {
  const { queue, keys } = setup();
  queue.add('refresh', { priority: Priority.refresh });
  queue.add('changed-1', { priority: Priority.changed });
  queue.add('new', { priority: Priority.neverSynced });
  queue.add('changed-2', { priority: Priority.changed });
  expect(await keys(4)).toEqual(['new', 'changed-1', 'changed-2', 'refresh']);
});

test('of duplicates the higher priority holds, and the place in the line stays', async () => {
  const { queue, keys } = setup();
  queue.add('a', { priority: Priority.refresh });
  queue.add('b', { priority: Priority.changed });
  queue.add('a', { priority: Priority.changed });
  queue.add('b', { priority: Priority.refresh });
  expect(queue.depth).toBe(2);
  expect(await keys(2)).toEqual(['a', 'b']);
});

test('of duplicates the earlier time holds', async () => {
  const { clock, queue, keys } = setup();
  queue.add('later', { afterMs: 5_000 });
  queue.add('later', { afterMs: 9_000 });
  queue.add('sooner', { afterMs: 5_000 });
  queue.add('sooner', { afterMs: 1_000 });
  queue.add('now', { afterMs: 5_000 });
  queue.add('now');
  expect(await keys(1)).toEqual(['now']);
  await clock.advance(999);
  expect(queue.depth).toBe(0);
  await clock.advance(1);
  expect(await keys(1)).toEqual(['sooner']);
  await clock.advance(4_000);
  expect(await keys(1)).toEqual(['later']);
  await clock.advance(60_000);
  expect(queue.depth).toBe(0);
});

test('a worker that waits gets a delayed key when its time has come', async () => {
  const { clock, queue } = setup();
  const got = queue.get(never);
  queue.add('a', { afterMs: 10_000, priority: Priority.refresh });
  await clock.advance(10_000);
  expect(await got).toEqual({ key: 'a', priority: Priority.refresh });
});

test('a key whose time comes while it is processed waits for done', async () => {
  const { clock, queue, keys } = setup();
  queue.add('a');
  await keys(1);
  queue.add('a', { afterMs: 100 });
  await clock.advance(100);
  expect(queue.depth).toBe(0);
  queue.done('a');
  expect(await keys(1)).toEqual(['a']);
});

test('the backoff doubles to its limit, and starts again after forget', async () => {
  const { clock, queue, keys } = setup();
  const delays: number[] = [];
  for (const expected of [1_000, 2_000, 4_000, 8_000, 8_000]) {
    queue.addRateLimited('a');
    await clock.advance(expected - 1);
    if (queue.depth === 0) delays.push(expected);
    await clock.advance(1);
    await keys(1);
    queue.done('a');
  }
  expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 8_000]);
  expect(queue.numRequeues('a')).toBe(5);
  queue.forget('a');
  expect(queue.numRequeues('a')).toBe(0);
  queue.addRateLimited('a');
  await clock.advance(1_000);
  expect(await keys(1)).toEqual(['a']);
});

test('nothing is held back beyond its backoff: a thousand failures of one moment come at one moment, to the millisecond [1.10.9]', async () => {
  const { clock, queue, keys } = setup();
  const names = Array.from({ length: 1_000 }, (_, index) => `key-${index}`);
  for (const name of names) queue.addRateLimited(name);
  await clock.advance(999);
  expect(queue.depth).toBe(0);
  await clock.advance(1);
  expect(await keys(names.length)).toEqual(names);
});

test('a queue that nobody waits for keeps no timer, and misses nothing for it', async () => {
  let timers = 0;
  const clock = new (class extends ManualClock {
    override schedule(ms: number, fn: () => void): () => void {
      timers++;
      const cancel = super.schedule(ms, fn);
      return () => {
        timers--;
        cancel();
      };
    }
  })();
  const queue = new WorkQueue({ name: 'test', clock });
  queue.add('a', { afterMs: 1_000 });
  expect(timers).toBe(0);
  const stop = new AbortController();
  const waiting = queue.get(stop.signal);
  expect(timers).toBe(1);
  stop.abort();
  await waiting;
  expect(timers).toBe(0);
  await clock.advance(5_000);
  expect(queue.depth).toBe(1);
  expect(queue.stalledMs()).toBe(4_000);
  expect(await queue.get(never)).toEqual({ key: 'a', priority: 0 });
});

test('waiting ends with the signal', async () => {
  const { queue } = setup();
  const stop = new AbortController();
  const waiting = queue.get(stop.signal);
  stop.abort();
  expect(await waiting).toBeUndefined();
  queue.add('a');
  expect(await queue.get(stop.signal)).toBeUndefined();
  expect(queue.depth).toBe(1);
});

test('after shut-down what waits is handed out, nothing is taken in, and then it ends', async () => {
  const { clock, queue, keys } = setup();
  queue.add('a');
  queue.add('late', { afterMs: 1_000 });
  queue.shutDown();
  queue.add('b');
  queue.addRateLimited('c');
  expect(await keys(2)).toEqual(['a', undefined]);
  await clock.advance(10_000);
  expect(await keys(1)).toEqual([undefined]);
});

test('work that nobody takes is noticed, and no longer once it is taken', async () => {
  const { clock, queue, keys } = setup();
  expect(queue.stalledMs()).toBe(0);
  queue.add('a');
  queue.add('b');
  await clock.advance(30_000);
  expect(queue.stalledMs()).toBe(30_000);
  await keys(1);
  expect(queue.stalledMs()).toBe(0);
  await keys(1);
  await clock.advance(30_000);
  expect(queue.stalledMs()).toBe(0);
});

test('metrics carry the names and labels of client-go', async () => {
  const { clock, queue, keys, metric } = setup();
  queue.add('a');
  queue.add('a', { priority: 5 });
  queue.add('b');
  await clock.advance(2_000);
  await keys(1);
  await clock.advance(3_000);
  queue.addRateLimited('c');
  expect(await metric('workqueue_depth')).toBe(1);
  expect(await metric('workqueue_adds_total')).toBe(2);
  expect(await metric('workqueue_retries_total')).toBe(1);
  expect(await metric('workqueue_unfinished_work_seconds')).toBe(3);
  expect(await metric('workqueue_longest_running_processor_seconds')).toBe(3);
  queue.done('a');
  expect(await metric('workqueue_unfinished_work_seconds')).toBe(0);
  expect(await metric('workqueue_longest_running_processor_seconds')).toBe(0);
});

test('two queues share the metrics of one registry', async () => {
  const registry = createRegistry({ processMetrics: false });
  new WorkQueue({ name: 'provider', registry }).add('a');
  new WorkQueue({ name: 'clusterprovider', registry }).add('b');
  const text = await registry.metrics();
  expect(text).toContain('workqueue_depth{name="provider",controller="provider"} 1');
  expect(text).toContain('workqueue_depth{name="clusterprovider",controller="clusterprovider"} 1');
  expect(text).toContain('workqueue_queue_duration_seconds');
  expect(text).toContain('workqueue_work_duration_seconds');
});

test('of queues with one name, as of the terms of a leader, only the newest is asked at a scrape', async () => {
  const registry = createRegistry({ processMetrics: false });
  const asked = new Set<string>();
  workQueueMetrics(registry, 'certificate', () => asked.add('first term'));
  workQueueMetrics(registry, 'certificate', () => asked.add('second term'));
  workQueueMetrics(registry, 'provider', () => asked.add('provider'));
  await registry.metrics();
  expect([...asked]).toEqual(['second term', 'provider']);
});

test('how many wait for room, for how long, and how long they did', async () => {
  const registry = createRegistry({ processMetrics: false });
  const clock = new ManualClock();
  const queue = new WorkQueue({ name: 'test', registry, clock });
  queue.setCapacity({ workers: 1, share: 3 });
  queue.add('inside');
  await queue.get(never);
  expect(queue.enter('inside', ['e'])).toBe(true);
  queue.add('waits', { priority: Priority.refresh });
  await queue.get(never);
  expect([queue.enter('waits', ['e']), queue.wait('waits')]).toEqual([false, true]);
  queue.done('waits');
  await clock.advance(5_000);
  const labels = 'name="test",controller="test"';
  const text = await registry.metrics();
  expect(text).toContain(`workqueue_waiting{${labels}} 1`);
  expect(text).toContain(`workqueue_depth{${labels}} 0`);
  expect(text).toContain(`workqueue_oldest_waiting_seconds{${labels},priority="-100"} 5`);
  expect(text).toContain(`workqueue_oldest_ready_seconds{${labels},priority="-100"} 0`);
  expect(queue.stalledMs()).toBe(0);
  queue.leave('inside');
  expect((await queue.get(never))?.key).toBe('waits');
  const after = await registry.metrics();
  expect(after).toContain(`workqueue_waiting{${labels}} 0`);
  expect(after).toContain(`workqueue_oldest_waiting_seconds{${labels},priority="-100"} 0`);
  expect(after).toContain(`workqueue_waiting_duration_seconds_sum{${labels}} 5`);
  expect(after).toContain(`workqueue_queue_duration_seconds_count{${labels}} 2`);
});

test('after shut-down nobody waits for room, and nobody starts to', async () => {
  const { queue, metric } = setup();
  queue.setCapacity({ workers: 0, share: 3 });
  for (const key of ['a', 'b']) {
    queue.add(key);
    await queue.get(never);
    expect([queue.enter(key, ['e']), queue.wait(key)]).toEqual([false, true]);
  }
  queue.done('a');
  expect(await metric('workqueue_waiting')).toBe(1);
  queue.shutDown();
  expect(await metric('workqueue_waiting')).toBe(0);
  queue.done('b');
  expect(queue.waiting).toBe(0);
  queue.setCapacity({ workers: 2, share: 3 });
  expect(await queue.get(never)).toBeUndefined();
});

test('of each priority, the age of the oldest key and of the last hand-out', async () => {
  const { clock, queue, keys } = setup();
  queue.add('a');
  queue.add('r1', { priority: Priority.refresh });
  await clock.advance(2_000);
  await keys(1);
  queue.add('r2', { priority: Priority.refresh });
  queue.add('later', { priority: Priority.neverSynced, afterMs: 10_000 });
  await clock.advance(3_000);
  expect(queue.priorityLevels()).toEqual([
    { priority: 0, readyMs: 0, waitingMs: 0, servedMsAgo: 3_000 },
    { priority: -100, readyMs: 5_000, waitingMs: 0, servedMsAgo: undefined },
  ]);
});

test('workers that wait are woken for each delayed key in its time, by one timer, and leave nothing at their signal', async () => {
  const scheduled: number[] = [];
  let timers = 0;
  const clock = new (class extends ManualClock {
    override schedule(ms: number, fn: () => void): () => void {
      scheduled.push(ms);
      timers++;
      const cancel = super.schedule(ms, () => {
        timers--;
        fn();
      });
      return () => {
        timers--;
        cancel();
      };
    }
  })();
  const queue = new WorkQueue({ name: 'test', clock });
  const stop = new AbortController();
  const got: string[] = [];
  for (let i = 0; i < 3; i++)
    void queue.get(stop.signal).then((item) => item && got.push(`${item.key} ${String(clock.monotonic())}`));
  expect(getEventListeners(stop.signal, 'abort')).toHaveLength(3);
  queue.add('later', { afterMs: 5_000 });
  queue.add('sooner', { afterMs: 1_000 });
  expect([timers, scheduled]).toEqual([1, [5_000, 1_000]]);
  await clock.advance(1_000);
  expect(timers).toBe(1);
  await clock.advance(9_000);
  expect(got).toEqual(['sooner 1000', 'later 5000']);
  expect([timers, getEventListeners(stop.signal, 'abort').length]).toEqual([0, 1]);
});

test('after shut-down nothing is counted as a retry', async () => {
  const { queue, metric } = setup();
  queue.addRateLimited('a');
  queue.shutDown();
  queue.addRateLimited('b');
  expect(await metric('workqueue_retries_total')).toBe(1);
  expect(queue.numRequeues('b')).toBe(0);
});

test('an endpoint that is named twice is entered once', async () => {
  const { queue, keys } = setup();
  queue.setCapacity({ workers: 8, share: 3 });
  const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
  for (const name of names) queue.add(name);
  await keys(7);
  expect(names.map((name) => queue.enter(name, ['e', 'e']))).toEqual([true, true, true, true, true, true, false]);
});

test('the longest running is the longest, and what fell due counts as ready though no worker looked', async () => {
  const { clock, queue, keys, metric } = setup();
  queue.add('old');
  await keys(1);
  await clock.advance(2_000);
  queue.add('young');
  await keys(1);
  queue.add('due', { afterMs: 500, priority: Priority.refresh });
  await clock.advance(1_500);
  expect(queue.priorityLevels().find(({ priority }) => priority === Priority.refresh)?.readyMs).toBe(1_000);
  expect(await metric('workqueue_longest_running_processor_seconds')).toBe(3.5);
  expect(await metric('workqueue_unfinished_work_seconds')).toBe(5);
});
