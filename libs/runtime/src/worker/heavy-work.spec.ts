import { ManualClock, systemClock } from '../clock.ts';
import { silentLogger } from '../logger.ts';
import { createRegistry } from '../metrics.ts';
import { testTask, type TestInput } from '../testing/test-task.ts';
import { HeavyWork, type HeavyWorkOptions } from './heavy-work.ts';

const entry = new URL('../testing/test-worker.ts', import.meta.url);
const open: HeavyWork[] = [];
const signal = new AbortController().signal;

interface RunOptions {
  readonly tenant?: string;
  readonly key?: string;
  readonly timeoutMs?: () => number;
}

function workOf(options: Partial<HeavyWorkOptions> = {}) {
  const registry = createRegistry({ processMetrics: false });
  const work = new HeavyWork({
    entry,
    clock: systemClock,
    logger: silentLogger,
    registry,
    loopSteps: 5_000_000,
    ...options,
  });
  open.push(work);
  return {
    run: (input: TestInput, { tenant = 'a', key = 'k', ...more }: RunOptions = {}) =>
      work.run(testTask, input, { owner: { tenant, key }, signal, ...more }),
    jobs: async () => (await registry.getSingleMetric('worker_jobs_total')?.get())?.values ?? [],
  };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((work) => work.close()));
});

const failure = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error); // prettier-ignore

test('little work is done here, more of it in the worker without bound', async () => {
  const { run, jobs } = workOf();
  expect(await run({ kind: 'steps', steps: 5_000_000 })).toBe(5_000_000);
  expect(await jobs()).toEqual([]);
  expect(await run({ kind: 'steps', steps: 5_000_001 })).toBe(Infinity);
  expect(await jobs()).toMatchObject([{ labels: { task: 'test', result: 'done' }, value: 1 }]);
});

test('work that needed the worker goes there at once when it comes again', async () => {
  const { run } = workOf();
  await run({ kind: 'steps', steps: 6_000_000 });
  expect(await run({ kind: 'steps', steps: 1 })).toBe(Infinity);
  expect(await run({ kind: 'steps', steps: 1 }, { key: 'other' })).toBe(5_000_000);
});

test('a tenant whose work is long, again and again, gets no more of this thread; another one does', async () => {
  const { run } = workOf({ clock: new ManualClock() });
  for (let i = 0; i < 101; i++) await run({ kind: 'steps', steps: 5_000_000 }, { key: `k${i}` });
  expect(await run({ kind: 'steps', steps: 1 }, { key: 'new' })).toBe(Infinity);
  expect(await run({ kind: 'steps', steps: 1 }, { tenant: 'b', key: 'new' })).toBe(5_000_000);
});

test('little work does not count, however much of it there is', async () => {
  const { run } = workOf({ clock: new ManualClock() });
  for (let i = 0; i < 1_000; i++) await run({ kind: 'steps', steps: 1_000_000 }, { key: `k${i}` });
  expect(await run({ kind: 'steps', steps: 1 }, { key: 'new' })).toBe(5_000_000);
});

test('a piece of work may say how long it may take, and is asked only where a worker does it', async () => {
  const { run } = workOf({ timeoutMs: 60_000 });
  const unasked = (): number => {
    throw new Error('it was asked');
  };
  expect(await run({ kind: 'steps', steps: 1 }, { timeoutMs: unasked })).toBe(5_000_000);
  await run({ kind: 'steps', steps: 6_000_000 }, { key: 'long' });
  expect(await failure(run({ kind: 'spin' }, { key: 'long', timeoutMs: () => 100 }))).toMatchObject({
    code: 'TIMEOUT',
    message: 'the work takes more than 100ms',
  });
});

test('what the worker did not finish fails with the field that was too much here', async () => {
  const { run, jobs } = workOf({ timeoutMs: 100 });
  await run({ kind: 'steps', steps: 6_000_000, field: 'spec.dataFrom[1]' });
  expect(await failure(run({ kind: 'spin' }))).toMatchObject({
    name: 'WorkerError',
    code: 'TIMEOUT',
    message: 'the work takes more than 100ms',
    field: 'spec.dataFrom[1]',
  });
  expect(await jobs()).toContainEqual(
    expect.objectContaining({ labels: { task: 'test', result: 'timeout' }, value: 1 }),
  );
});

test('what the task throws here is thrown', async () => {
  const { run } = workOf();
  expect(await failure(run({ kind: 'throw' }))).toBeInstanceOf(RangeError);
});

test('a tenant that has used its share of the worker is told so, until time has passed', async () => {
  const clock = new ManualClock();
  const { run } = workOf({ clock, usedMs: () => clock.monotonic(), timeoutMs: 12_000 });
  await run({ kind: 'steps', steps: 6_000_000 });
  const ended = failure(run({ kind: 'spin' }));
  for (let i = 0; i < 12; i++) await clock.advance(1_000);
  expect(await ended).toMatchObject({ code: 'TIMEOUT' });
  const used = {
    code: 'BUSY',
    message: 'the namespace has used its share of the worker for large work, 250 ms a second',
  };
  expect(await failure(run({ kind: 'steps', steps: 6_000_000 }, { key: 'other' }))).toMatchObject(used);
  await clock.advance(9_000);
  expect(await run({ kind: 'steps', steps: 6_000_000 }, { key: 'other' })).toBe(Infinity);
});

test('work that came to no end is not begun again for a minute, and answers as it did', async () => {
  const clock = new ManualClock();
  const { run, jobs } = workOf({ clock, usedMs: () => clock.monotonic(), timeoutMs: 1_000 });
  await run({ kind: 'steps', steps: 6_000_000, field: 'spec.dataFrom[0]' });
  const ended = failure(run({ kind: 'spin' }));
  await clock.advance(1_000);
  const told = { code: 'TIMEOUT', message: 'the work takes more than 1s', field: 'spec.dataFrom[0]' };
  expect(await ended).toMatchObject(told);
  expect(await failure(run({ kind: 'steps', steps: 1 }))).toMatchObject(told);
  expect(await jobs()).toHaveLength(2);
  expect(await run({ kind: 'steps', steps: 6_000_000 }, { key: 'other' })).toBe(Infinity);
  await clock.advance(60_000);
  expect(await run({ kind: 'steps', steps: 1 })).toBe(Infinity);
});
