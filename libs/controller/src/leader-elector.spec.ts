import fc from 'fast-check';
import { KubeError } from '@eso/kube';
import { createLogger, ManualClock, silentLogger } from '@eso/runtime';
import { LeaderElector, type LeaderElectorOptions } from './leader-elector.ts';
import type { LeaseApi } from './lease-lock.ts';
import { durationProblem, RETRY_JITTER } from './lease-durations.ts';
import { AT_ONCE, type Fate, ModelLeases } from './testing/model-leases.ts';

const LOST: Fate = { thereMs: 'lost', backMs: 'lost' };
const TIGHT = { leaseDurationMs: 15_000, renewDeadlineMs: 14_000, retryPeriodMs: 2_000 };

let clock: ManualClock;
let stop: AbortController;
beforeEach(() => {
  clock = new ManualClock();
  stop = new AbortController();
});
afterEach(() => stop.abort());

/** The terms of a candidate. */
function stand(client: LeaseApi, identity: string, options: Partial<LeaderElectorOptions> = {}): AbortSignal[] {
  const terms: AbortSignal[] = [];
  const elector = new LeaderElector({
    client,
    namespace: 'ns',
    name: 'l',
    identity,
    clock,
    logger: silentLogger,
    ...options,
  });
  void elector.run(stop.signal, (signal) => {
    terms.push(signal);
    return ended(signal);
  });
  return terms;
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

test('the work is told to stop when the deadline passes, also while a renewal hangs', async () => {
  const fates: Fate[] = [AT_ONCE, AT_ONCE];
  const terms = stand(
    new ModelLeases(clock).client(() => fates.shift() ?? LOST),
    'a',
    TIGHT,
  );
  await clock.advance(13_999);
  expect(terms.map(({ aborted }) => aborted)).toEqual([false]);
  await clock.advance(1);
  expect(terms[0]?.reason).toMatchObject({ code: 'LEADERSHIP_LOST', retryable: true });
});

test('the deadline counts from when the renewal was sent, not from its answer', async () => {
  const fates: Fate[] = [AT_ONCE, { thereMs: 1_000, backMs: 2_000 }];
  const terms = stand(
    new ModelLeases(clock).client(() => fates.shift() ?? LOST),
    'a',
    TIGHT,
  );
  await clock.advance(13_999);
  expect(terms.map(({ aborted }) => aborted)).toEqual([false]);
  await clock.advance(1);
  expect(terms.map(({ aborted }) => aborted)).toEqual([true]);
});

test.each([
  ['one renewal that hangs', [LOST]],
  ['two renewals that hang', [LOST, LOST]],
  ['a renewal whose answer gets lost', [{ thereMs: 0, backMs: 'lost' }]],
  ['a renewal that arrives after it was given up', [{ thereMs: 5_000, backMs: 0 }]],
] as const)('%s costs nothing', async (_what, faults: readonly Fate[]) => {
  const fates: Fate[] = [AT_ONCE, AT_ONCE, ...faults];
  const terms = stand(
    new ModelLeases(clock).client(() => fates.shift() ?? AT_ONCE),
    'a',
  );
  await clock.advance(60_000);
  expect(terms.map(({ aborted }) => aborted)).toEqual([false]);
});

test('whatever the network does, no two lead at once; once it is well, one does', async () => {
  const delay = fc.oneof(fc.integer({ min: 0, max: 3_000 }), fc.integer({ min: 0, max: 40_000 }));
  const fate = fc.oneof(
    { weight: 3, arbitrary: fc.constant(AT_ONCE) },
    { weight: 3, arbitrary: fc.constant(LOST) },
    { weight: 2, arbitrary: delay.map((backMs): Fate => ({ thereMs: 0, backMs })) },
    { weight: 1, arbitrary: fc.record({ thereMs: delay, backMs: delay }) },
  );
  // Faults come in rows: a single one costs nobody the leadership.
  const fates = fc
    .array(fc.tuple(fate, fc.integer({ min: 1, max: 6 })), { minLength: 2, maxLength: 6 })
    .map((rows) => rows.flatMap(([each, times]) => Array.from({ length: times }, () => each)));
  const durations = fc
    .record({
      leaseDurationMs: fc.integer({ min: 2, max: 10 }).map((seconds) => seconds * 1_000),
      marginMs: fc.integer({ min: 1, max: 900 }),
      retryPeriodMs: fc.integer({ min: 400, max: 3_000 }),
    })
    .map(({ marginMs, ...each }) => ({ ...each, renewDeadlineMs: each.leaseDurationMs - marginMs }))
    .filter((each) => durationProblem(each) === undefined);
  await fc.assert(
    fc.asyncProperty(durations, fc.tuple(fates, fates, fates), async (each, fatesOf) => {
      clock = new ManualClock();
      stop = new AbortController();
      const model = new ModelLeases(clock);
      const terms: AbortSignal[] = [];
      let overlap = 0;
      for (const [index, identity] of ['a', 'b', 'c'].entries()) {
        const left = [...(fatesOf[index] ?? [])];
        const client = model.client(() => left.shift() ?? AT_ONCE);
        const options = { client, namespace: 'ns', name: 'l', identity, clock, logger: silentLogger, ...each };
        void new LeaderElector(options).run(stop.signal, (signal) => {
          overlap += terms.filter(({ aborted }) => !aborted).length;
          terms.push(signal);
          return ended(signal);
        });
      }
      // Long enough for every fault to have happened, for what was under way to arrive, and for the lease to run out.
      await clock.advance(60 * each.retryPeriodMs * RETRY_JITTER + 20 * each.renewDeadlineMs + 60_000);
      const leading = terms.filter(({ aborted }) => !aborted).length;
      stop.abort();
      expect({ overlap, leading }).toEqual({ overlap: 0, leading: 1 });
    }),
    { numRuns: 80 },
  );
}, 60_000);

test('without the rights a candidate says why it cannot lead, in readiness at once and in the log now and then', async () => {
  const lines: string[] = [];
  const destination = { write: (line: string) => void lines.push(line) };
  const logger = createLogger({ name: 'test', destination });
  let error: Error | undefined = new KubeError('FORBIDDEN', 'GET …: forbidden');
  const model = new ModelLeases(clock).client(() => AT_ONCE);
  const client: LeaseApi = { ...model, get: (...args) => (error ? Promise.reject(error) : model.get(...args)) };
  const elector = new LeaderElector({ client, namespace: 'ns', name: 'other', identity: 'a', clock, logger });
  void elector.run(stop.signal, ended);
  await clock.advance(59_000);
  expect(elector.health()).toContain("give this process's ServiceAccount the rights get and update on leases");
  expect(lines.filter((line) => line.includes('FORBIDDEN'))).toHaveLength(1);
  await clock.advance(60_000);
  expect(lines.filter((line) => line.includes('FORBIDDEN'))).toHaveLength(2);
  error = undefined;
  await clock.advance(5_000);
  expect(elector.health()).toBeUndefined();
});

test('one that waits for its turn is well; one that has heard nothing for longer than the deadline is not', async () => {
  const model = new ModelLeases(clock);
  stand(
    model.client(() => AT_ONCE),
    'a',
  );
  await clock.advance(1);
  let fate = AT_ONCE;
  const client = model.client(() => fate);
  const elector = new LeaderElector({ client, namespace: 'ns', name: 'l', identity: 'b', clock, logger: silentLogger });
  void elector.run(stop.signal, ended);
  await clock.advance(30_000);
  expect(elector.health()).toBeUndefined();
  fate = LOST;
  await clock.advance(10_000);
  expect(elector.health()).toBeUndefined();
  await clock.advance(10_000);
  expect(elector.health()).toMatch(/^cannot read or write lease ns\/l: .*\[TIMEOUT\]$/);
});
