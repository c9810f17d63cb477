import { ManualClock } from '@eso/runtime';
import { Throttle } from './throttle.ts';

const SECOND = 1_000;

/** 120 at once and 60 a minute for all, 10 at once and 6 a minute for a namespace. */
function setup({ total = { perMinute: 60, burst: 120 }, perNamespace = { perMinute: 6, burst: 10 } } = {}) {
  const clock = new ManualClock();
  const calls: { key: string; at: number }[] = [];
  const throttle = new Throttle({
    clock,
    total,
    perNamespace,
    onAdmitted: (key) => {
      calls.push({ key, at: clock.monotonic() });
      // As the reconcile does that is woken.
      expect(throttle.admit(key)).toBe(true);
    },
  });
  /** How many of so many keys of a namespace go at once. */
  const ask = (namespace: string, count: number): number =>
    Array.from({ length: count }, (_, index) => throttle.admit(`${namespace}/${index}`)).filter(Boolean).length;
  return { clock, calls, throttle, ask };
}

test('a namespace gets its burst at once and then its rate, in the order of asking', async () => {
  const { clock, calls, ask } = setup();
  expect(ask('greedy', 300)).toBe(10);
  await clock.advance(60 * SECOND);
  expect(calls.map(({ key }) => key)).toEqual([10, 11, 12, 13, 14, 15].map((index) => `greedy/${index}`));
  expect(calls.map(({ at }) => at / SECOND)).toEqual([10, 20, 30, 40, 50, 60]);
});

test('over an hour no more go than the bucket says, however the asking is spread', async () => {
  const { clock, calls, ask, throttle } = setup();
  let gone = ask('greedy', 1_000);
  for (let second = 0; second < 3_600; second++) {
    await clock.advance(SECOND);
    if (throttle.admit('greedy/999')) gone++;
  }
  expect(gone + calls.length).toBe(10 + 360);
}, 60_000);

test('another namespace is not kept waiting by one that wants hundreds', () => {
  const { ask } = setup();
  ask('greedy', 300);
  expect(ask('modest', 1)).toBe(1);
});

test('of many namespaces that have had turns, one that has had none goes first', async () => {
  const { clock, calls, ask, throttle } = setup();
  const gone = Array.from({ length: 40 }, (_, index) => ask(`greedy-${index}`, 20)).reduce(
    (sum, each) => sum + each,
    0,
  );
  expect(gone).toBe(120);
  expect(throttle.admit('modest/one')).toBe(false);
  expect(throttle.waitMs('modest/one')).toBeLessThanOrEqual(SECOND);
  await clock.advance(30 * SECOND);
  // Twelve lines had their burst before; the other 28 and this one have had nothing, and came before it.
  expect(calls.find(({ key }) => key === 'modest/one')?.at).toBeLessThanOrEqual(29 * SECOND);
});

test('a key that waits is told about how long, stands in line once, and is called once', async () => {
  const { clock, calls, ask, throttle } = setup();
  ask('greedy', 13);
  expect([10, 11, 12].map((index) => throttle.waitMs(`greedy/${index}`) / SECOND)).toEqual([10, 20, 30]);
  expect(throttle.isWaiting('greedy/10')).toBe(true);
  expect(throttle.admit('greedy/10')).toBe(false);
  expect(throttle.waiting).toBe(3);
  await clock.advance(600 * SECOND);
  expect(calls.map(({ key }) => key)).toEqual(['greedy/10', 'greedy/11', 'greedy/12']);
  expect(throttle.waiting).toBe(0);
  expect(throttle.waitMs('greedy/10')).toBe(0);
});

test('who is forgotten leaves its place, and a turn that was not used, to the next', async () => {
  const clock = new ManualClock();
  const calls: string[] = [];
  const throttle = new Throttle({
    clock,
    perNamespace: { perMinute: 6, burst: 1 },
    total: { perMinute: 60, burst: 1 },
    onAdmitted: (key) => calls.push(key),
  });
  expect(throttle.admit('a/1')).toBe(true);
  for (const key of ['a/2', 'a/3', 'a/4']) expect(throttle.admit(key)).toBe(false);
  throttle.forget('a/2');
  await clock.advance(10 * SECOND);
  expect(calls).toEqual(['a/3']);
  throttle.forget('a/3');
  expect(calls).toEqual(['a/3', 'a/4']);
  expect(throttle.admit('a/4')).toBe(true);
  // It was one token, and is used up.
  expect(throttle.admit('a/5')).toBe(false);
});

test('nothing is called after the end', async () => {
  const { clock, calls, ask, throttle } = setup();
  ask('greedy', 20);
  throttle.close();
  await clock.advance(600 * SECOND);
  expect(calls).toEqual([]);
});

test('a rate that does not divide a minute, and a total smaller than the namespace, hold', async () => {
  const { clock, calls, ask } = setup({ total: { perMinute: 7, burst: 1 }, perNamespace: { perMinute: 13, burst: 3 } });
  expect(ask('greedy', 100)).toBe(1);
  await clock.advance(60 * SECOND);
  expect(calls.length).toBe(6);
  await clock.advance(540 * SECOND);
  expect(calls.length).toBeLessThanOrEqual(70);
  expect(calls.length).toBeGreaterThanOrEqual(69);
});
