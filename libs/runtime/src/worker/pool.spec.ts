import { testTask, type TestInput } from '../testing/test-task.ts';
import { WorkerError } from './error.ts';
import { WorkerPool, type WorkerPoolOptions } from './pool.ts';
import type { JobOutcome } from './running-job.ts';

const entry = new URL('../testing/test-worker.ts', import.meta.url);
const pools: WorkerPool[] = [];
const outcomes: JobOutcome[] = [];

function poolOf(options: Partial<WorkerPoolOptions> = {}): WorkerPool {
  const pool = new WorkerPool({ entry, onJob: (outcome) => outcomes.push(outcome), ...options });
  pools.push(pool);
  return pool;
}

/** Long enough for any machine, where the test is not about it. */
const LONG_MS = 60_000;

function run(
  pool: WorkerPool,
  input: TestInput,
  { tenant = 'a', timeoutMs = LONG_MS, signal = new AbortController().signal } = {},
) {
  return pool.run(testTask, input, { tenant, timeoutMs, signal });
}

const failure = (work: Promise<unknown>): Promise<unknown> => work.then(() => undefined, (error: unknown) => error); // prettier-ignore

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  outcomes.length = 0;
});

test('a job is done in a worker, with nothing of this process around it', async () => {
  const pool = poolOf();
  const value = { bytes: new Uint8Array([1, 2]), map: new Map([['k', 'v']]) };
  expect(await run(pool, { kind: 'echo', value })).toEqual(value);
  expect(await run(pool, { kind: 'environment' })).toEqual({ env: {}, argv: [] });
  expect(outcomes.map(({ task, result }) => ({ task, result }))).toEqual(
    Array(2).fill({ task: 'test', result: 'done' }),
  );
});

test('one that does not end is ended, and the next one runs', async () => {
  const pool = poolOf();
  const stuck = failure(run(pool, { kind: 'spin' }, { timeoutMs: 200 }));
  const next = run(pool, { kind: 'echo', value: 1 });
  expect(await stuck).toMatchObject({
    name: 'WorkerError',
    code: 'TIMEOUT',
    message: 'the work takes more than 200ms',
  });
  expect(await next).toBe(1);
  expect(outcomes[0]).toMatchObject({ result: 'timeout' });
});

test('where the machine is busy with others, a job has its time on the processors, and is not waited for for ever', async () => {
  const served = poolOf({ usedMs: () => performance.now() });
  expect(await failure(run(served, { kind: 'spin' }, { timeoutMs: 200 }))).toMatchObject({ code: 'TIMEOUT' });
  const starved = poolOf({ usedMs: () => 0 });
  expect(await failure(run(starved, { kind: 'spin' }, { timeoutMs: 200 }))).toMatchObject({
    code: 'TIMEOUT',
    message: 'the work takes more than 200ms',
  });
  expect(outcomes.map(({ result }) => result)).toEqual(['timeout', 'timeout']);
  expect(outcomes[1]?.durationMs).toBeGreaterThanOrEqual(1_000);
});

test('one that fills the memory fails alone', async () => {
  const pool = poolOf({ memoryMb: 16 });
  expect(await failure(run(pool, { kind: 'fill' }))).toMatchObject({ code: 'MEMORY' });
  expect(await run(pool, { kind: 'echo', value: 1 })).toBe(1);
}, 60_000);

test('what is thrown comes back without its text', async () => {
  const pool = poolOf();
  const error = await failure(run(pool, { kind: 'throw' }));
  expect(error).toMatchObject({ code: 'FAILED', message: 'the task failed with RangeError' });
  expect(JSON.stringify(error) + String(error)).not.toContain('hunter2');
});

test('a worker that ends by itself fails its job, not the process', async () => {
  const pool = poolOf();
  expect(await failure(run(pool, { kind: 'exit' }))).toMatchObject({ code: 'FAILED' });
  expect(await run(pool, { kind: 'echo', value: 1 })).toBe(1);
});

test.each([
  ['is missing', undefined],
  ['is not there', new URL('./no-such-file.ts', import.meta.url)],
])('a program that %s fails its jobs', async (_, missing) => {
  const pool = poolOf({ entry: missing });
  expect(await failure(run(pool, { kind: 'echo', value: 1 }))).toMatchObject({ code: 'FAILED' });
});

test('what cannot be cloned fails its job', async () => {
  const pool = poolOf();
  expect(await failure(run(pool, { kind: 'echo', value: () => 1 }))).toMatchObject({ code: 'FAILED' });
  expect(await run(pool, { kind: 'echo', value: 1 })).toBe(1);
});

test('the signal ends a job that runs and one that waits', async () => {
  const pool = poolOf();
  await run(pool, { kind: 'echo', value: 0 });
  const controller = new AbortController();
  const running = failure(run(pool, { kind: 'spin' }, { signal: controller.signal }));
  const waiting = failure(run(pool, { kind: 'echo', value: 1 }, { signal: controller.signal }));
  controller.abort(new Error('nobody waits'));
  expect(await running).toMatchObject({ message: 'nobody waits' });
  expect(await waiting).toMatchObject({ message: 'nobody waits' });
  expect(await failure(run(pool, { kind: 'echo', value: 1 }, { signal: controller.signal }))).toMatchObject({
    message: 'nobody waits',
  });
  expect(await run(pool, { kind: 'echo', value: 2 })).toBe(2);
});

test('a tenant with much work does not keep another one waiting', async () => {
  const pool = poolOf({ queue: { perTenant: 3, total: 10 } });
  const greedy = [0, 1, 2, 3, 4].map(() => failure(run(pool, { kind: 'spin' }, { tenant: 'greedy', timeoutMs: 300 })));
  const order: string[] = [];
  const modest = run(pool, { kind: 'echo', value: 1 }, { tenant: 'modest' }).then(() => order.push('modest'));
  await Promise.all([modest, ...greedy.map((one, i) => one.then(() => order.push(`greedy ${i}`)))]);
  const codes = (await Promise.all(greedy)).map((error) => error instanceof WorkerError && error.code);
  // One runs and three may wait: the fifth is told so at once.
  expect(codes).toEqual(['TIMEOUT', 'TIMEOUT', 'TIMEOUT', 'TIMEOUT', 'BUSY']);
  expect(order.indexOf('modest')).toBeLessThan(order.indexOf('greedy 1'));
}, 30_000);

test('a pool that is closed ends what runs and what waits', async () => {
  const pool = poolOf();
  const jobs = [failure(run(pool, { kind: 'spin' })), failure(run(pool, { kind: 'spin' }))];
  await pool.close();
  for (const job of jobs) expect(await job).toMatchObject({ code: 'CLOSED' });
  expect(await failure(run(pool, { kind: 'echo', value: 1 }))).toMatchObject({ code: 'CLOSED' });
});

test('an unused worker is given up after a while, and work starts another one', async () => {
  const pool = poolOf({ idleMs: 10 });
  expect(await run(pool, { kind: 'echo', value: 1 })).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(await run(pool, { kind: 'echo', value: 2 })).toBe(2);
});
