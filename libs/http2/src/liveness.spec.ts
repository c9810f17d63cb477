import { ManualClock } from '@eso/runtime';
import { DEFAULT_KEEP_ALIVE, type KeepAlive, Liveness } from './liveness.ts';

/** As towards the API server. */
const EVEN: KeepAlive = { busySilenceMs: 30_000, idleSilenceMs: 30_000, pingIntervalMs: 0, pingTimeoutMs: 15_000 };

function watched(busy: boolean, keepAlive = DEFAULT_KEEP_ALIVE) {
  const clock = new ManualClock();
  const answers: (() => void)[] = [];
  const pings: number[] = [];
  let silence: Error | undefined;
  const liveness = new Liveness({
    clock,
    keepAlive,
    isBusy: () => busy,
    ping: (answered) => {
      pings.push(clock.monotonic());
      answers.push(answered);
    },
    onSilence: (error) => (silence = error),
  });
  const startMs = clock.monotonic();
  liveness.start();
  return {
    clock,
    liveness,
    answers,
    /** When pings were sent, milliseconds from the start. */
    pings: () => pings.map((ms) => ms - startMs),
    silence: () => silence,
  };
}

test.each([
  [true, 4_000, DEFAULT_KEEP_ALIVE],
  [false, 12_000, DEFAULT_KEEP_ALIVE],
  [true, 60_000, EVEN],
  [false, 60_000, EVEN],
])(
  'with calls (%p) the first ping is sent after %i ms of silence, and one that is not answered ends it',
  async (busy, ms, keepAlive) => {
    const { clock, pings, silence } = watched(busy, keepAlive);
    await clock.advance(ms - 1);
    expect(pings()).toEqual([]);
    await clock.advance(1);
    expect(pings()).toEqual([ms]);
    await clock.advance(keepAlive.pingTimeoutMs - 1);
    expect(silence()).toBeUndefined();
    await clock.advance(1);
    expect(silence()?.message).toBe(`no answer to a PING within ${keepAlive.pingTimeoutMs} ms`);
  },
);

test('pings that are answered come every ten seconds at most, as Go servers want it', async () => {
  const { clock, answers, pings, silence } = watched(true);
  for (let second = 0; second < 60; second++) {
    await clock.advance(1_000);
    for (const answered of answers.splice(0)) answered();
  }
  expect(silence()).toBeUndefined();
  const gaps = pings().map((ms, index, all) => ms - (all[index - 1] ?? -Infinity));
  expect(pings().length).toBeGreaterThanOrEqual(4);
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_000);
});

test('pings that are answered come as often as silence is looked for, where that is all that bounds them', async () => {
  const { clock, answers, pings } = watched(false, EVEN);
  for (let second = 0; second < 150; second++) {
    await clock.advance(1_000);
    for (const answered of answers.splice(0)) answered();
  }
  expect(pings()).toEqual([60_000, 90_000, 120_000, 150_000]);
});

test('asked for, a ping is sent at once, but none beside another and none before its time', async () => {
  const { clock, answers, liveness, pings } = watched(true);
  liveness.probe();
  liveness.probe();
  expect(pings()).toEqual([0]);
  answers.pop()?.();
  liveness.probe();
  expect(pings()).toEqual([0]);
  liveness.recordActivity();
  await clock.advance(10_000);
  liveness.probe();
  expect(pings()).toEqual([0, 10_000]);
});

test('whatever comes in makes a ping needless', async () => {
  const { clock, liveness, pings } = watched(true);
  for (let second = 0; second < 60; second++) {
    liveness.recordActivity();
    await clock.advance(1_000);
  }
  expect(pings()).toEqual([]);
});

test('what comes in while a ping is under way is no less than its answer', async () => {
  const { clock, liveness, silence } = watched(true);
  await clock.advance(4_000);
  await clock.advance(3_000);
  liveness.recordActivity();
  await clock.advance(2_000);
  expect(silence()).toBeUndefined();
  await clock.advance(5_000);
  expect(silence()).toBeDefined();
});

test('a stopped one does nothing any more', async () => {
  const { clock, liveness, pings } = watched(true);
  liveness.stop();
  await clock.advance(60_000);
  expect(pings()).toEqual([]);
});
