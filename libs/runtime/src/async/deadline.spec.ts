import { ManualClock } from '../clock.ts';
import { Deadline, DeadlinePassed, withDeadline, within } from './deadline.ts';

const never = <T>(): Promise<T> => new Promise(() => undefined);

test('aborts at its instant, and says that it was the time', async () => {
  const clock = new ManualClock();
  const deadline = new Deadline({ clock, ms: 100 });
  await clock.advance(99);
  expect([deadline.signal.aborted, deadline.passed, deadline.remainingMs()]).toEqual([false, false, 1]);
  await clock.advance(1);
  expect([deadline.signal.aborted, deadline.passed, deadline.remainingMs()]).toEqual([true, true, 0]);
  expect(deadline.signal.reason).toBeInstanceOf(DeadlinePassed);
});

test('aborts with its parent, which is not the time, even when that is over later', async () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const deadline = new Deadline({ clock, ms: 100, signal: parent.signal });
  parent.abort(new Error('enough'));
  await clock.advance(200);
  expect([deadline.signal.reason, deadline.passed]).toEqual([new Error('enough'), false]);
  expect(new Deadline({ clock, ms: 100, signal: parent.signal }).signal.aborted).toBe(true);
});

test('the time may start anew, and be longer', async () => {
  const clock = new ManualClock();
  const deadline = new Deadline({ clock, ms: 100 });
  await clock.advance(90);
  deadline.extend();
  await clock.advance(90);
  deadline.extend(1_000);
  await clock.advance(999);
  expect(deadline.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(deadline.passed).toBe(true);
});

test('once it has ended, nothing aborts it', async () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const deadline = new Deadline({ clock, ms: 100, signal: parent.signal });
  deadline.end();
  parent.abort();
  await clock.advance(200);
  expect([deadline.signal.aborted, deadline.passed]).toEqual([false, false]);
});

test('work in a deadline ends as it ends, and leaves no timer', async () => {
  const clock = new ManualClock();
  let seen: AbortSignal | undefined;
  const work = async (signal: AbortSignal): Promise<string> => {
    seen = signal;
    return Promise.resolve('done');
  };
  expect(await withDeadline({ clock, ms: 100 }, work)).toBe('done');
  await clock.advance(200);
  expect(seen?.aborted).toBe(false);
});

test.each([
  ['the time is over', (clock: ManualClock) => clock.advance(100), 'too late'],
  [
    'the signal aborts',
    (_clock: ManualClock, caller: AbortController) => {
      caller.abort(new Error('gone'));
      return Promise.resolve();
    },
    'gone',
  ],
])('nobody waits for what never settles once %s', async (_when, end, text) => {
  const clock = new ManualClock();
  const caller = new AbortController();
  const late = () => new Error('too late');
  const waiting = expect(within(never(), { clock, ms: 100, signal: caller.signal, late })).rejects.toThrow(text);
  await end(clock, caller);
  await waiting;
});

test('a promise that rejects in time rejects with its own reason', async () => {
  const outcome = within(Promise.reject(new Error('its own')), { clock: new ManualClock(), ms: 100 });
  await expect(outcome).rejects.toThrow('its own');
});
