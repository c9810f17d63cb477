import { ManualClock } from '@eso/runtime';
import { Liveness } from './liveness.ts';

function watched(busy: boolean) {
  const clock = new ManualClock();
  const answers: (() => void)[] = [];
  const pings: number[] = [];
  let silence: Error | undefined;
  const liveness = new Liveness({
    clock,
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
  [true, 4_000],
  [false, 12_000],
])(
  'with calls (%p) the first ping is sent after %i ms of silence, and one that is not answered ends it',
  async (busy, ms) => {
    const { clock, pings, silence } = watched(busy);
    await clock.advance(ms - 1);
    expect(pings()).toEqual([]);
    await clock.advance(1);
    expect(pings()).toEqual([ms]);
    await clock.advance(4_999);
    expect(silence()).toBeUndefined();
    await clock.advance(1);
    expect(silence()?.message).toContain('no answer to a ping within 5 s');
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

test('whatever comes in makes a ping needless', async () => {
  const { clock, liveness, pings } = watched(true);
  for (let second = 0; second < 60; second++) {
    liveness.heard();
    await clock.advance(1_000);
  }
  expect(pings()).toEqual([]);
});

test('what comes in while a ping is under way is no less than its answer', async () => {
  const { clock, liveness, silence } = watched(true);
  await clock.advance(4_000);
  await clock.advance(3_000);
  liveness.heard();
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
