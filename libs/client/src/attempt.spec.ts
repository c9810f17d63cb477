import { SecretStoreProvider } from '@eso/api/stubs';
import { ManualClock } from '@eso/runtime';
import { attempt, NeverSettled } from './attempt.ts';
import { backoffMs } from './backoff.ts';
import { startDeadline } from './deadline.ts';

const never = new AbortController().signal;

test('a call that never settles is abandoned one second after its deadline', async () => {
  const clock = new ManualClock();
  const deadline = startDeadline(clock, 5_000, never);
  let told = 0;
  const session = {
    call: (_: unknown, __: unknown, { timeoutMs }: { timeoutMs: number }) => {
      told = timeoutMs;
      return new Promise<never>(() => undefined);
    },
  };
  const method = SecretStoreProvider.method.getSecret;
  const outcome = attempt({ session, method, frame: Buffer.alloc(5), tenant: '', deadline, clock }).catch(
    (error: unknown) => error,
  );
  await clock.advance(5_999);
  expect(deadline.isPast()).toBe(true);
  await clock.advance(1);
  expect(await outcome).toBeInstanceOf(NeverSettled);
  // The provider is told to stop earlier than this side does.
  expect(told).toBe(4_500);
});

test('a deadline lets go of its timer and of the caller', async () => {
  const clock = new ManualClock();
  const caller = new AbortController();
  const deadline = startDeadline(clock, 1_000, caller.signal);
  deadline.dispose();
  await clock.advance(2_000);
  caller.abort();
  expect(deadline.signal.aborted).toBe(false);
  expect(deadline.remainingMs()).toBe(0);
});

test('a caller who gave up before, or gives up meanwhile, is no deadline', () => {
  const clock = new ManualClock();
  expect(startDeadline(clock, 1_000, AbortSignal.abort()).signal.aborted).toBe(true);
  const caller = new AbortController();
  const deadline = startDeadline(clock, 1_000, caller.signal);
  caller.abort();
  expect([deadline.signal.aborted, deadline.isPast()]).toEqual([true, false]);
});

test('waits double, have full jitter, and are never shorter than what the provider asks for', () => {
  const waits = [1, 2, 3, 20].map((number) => [backoffMs(number, { random: 0 }), backoffMs(number, { random: 1 })]);
  expect(waits).toEqual([
    [0, 100],
    [0, 200],
    [0, 400],
    [0, 10_000],
  ]);
  expect(backoffMs(1, { random: 0.5, retryAfterMs: 700 })).toBe(700);
});
