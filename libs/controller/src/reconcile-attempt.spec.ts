import { ManualClock } from '@eso/runtime';
import { getEventListeners } from 'node:events';
import { GRACE_MS, ReconcileAttempt } from './reconcile-attempt.ts';

function setup(stop = new AbortController()) {
  let timers = 0;
  const clock = new (class extends ManualClock {
    override schedule(ms: number, fn: () => void): () => void {
      timers++;
      let over = false;
      const end = (): void => {
        if (!over) timers--;
        over = true;
      };
      const cancel = super.schedule(ms, () => {
        end();
        fn();
      });
      return () => {
        end();
        cancel();
      };
    }
  })();
  let timeouts = 0;
  const onTimeout = (): Error => new Error(`timeout ${String(++timeouts)}`);
  const run = new ReconcileAttempt({ key: 'a', clock, timeoutMs: 1_000, stop: stop.signal, onTimeout });
  const leftovers = (): number => timers + getEventListeners(stop.signal, 'abort').length;
  return { clock, run, stop, leftovers, timeouts: () => timeouts };
}

test('a run that is released leaves no timer and no listener behind, whenever that is', async () => {
  const early = setup();
  expect(early.leftovers()).toBe(2);
  early.run.dispose();
  expect(early.leftovers()).toBe(0);
  const late = setup();
  await late.clock.advance(1_001);
  late.run.dispose();
  expect(late.leftovers()).toBe(0);
});

test('it is late from its end on, which is its timeout or the stop, whichever comes first', async () => {
  const { clock, run, stop, timeouts } = setup();
  await clock.advance(400);
  expect([run.signal.aborted, run.overdueMs, run.ranMs]).toEqual([false, -600, 400]);
  stop.abort(new Error('not the leader any more'));
  expect(run.signal.reason).toEqual(new Error('not the leader any more'));
  await clock.advance(1_000);
  expect([run.overdueMs, run.ranMs, timeouts()]).toEqual([1_000, 1_400, 0]);
});

test('a stop after the timeout changes nothing', async () => {
  const { clock, run, stop } = setup();
  await clock.advance(1_500);
  stop.abort();
  expect(run.signal.reason).toEqual(new Error('timeout 1'));
  expect(run.overdueMs).toBe(500);
});

test('it is given up when it ignored its signal for the grace time', async () => {
  const { clock, run } = setup();
  let over = false;
  void run.abandoned.then(() => (over = true));
  await clock.advance(1_000 + GRACE_MS - 1);
  expect([over, run.isAbandoned]).toEqual([false, false]);
  await clock.advance(1);
  expect([over, run.isAbandoned]).toEqual([true, true]);
});

test('one that begins after the stop is aborted from the start', () => {
  const stop = new AbortController();
  stop.abort(new Error('over'));
  expect(setup(stop).run.signal.reason).toEqual(new Error('over'));
});
