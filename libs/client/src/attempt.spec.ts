import { SecretStoreProvider } from '@eso/api/stubs';
import { Deadline, ManualClock } from '@eso/runtime';
import { attempt, NeverSettled } from './attempt.ts';

test('a call that never settles is abandoned one second after its deadline', async () => {
  const clock = new ManualClock();
  const deadline = new Deadline({ clock, ms: 5_000 });
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
  expect(deadline.passed).toBe(true);
  await clock.advance(1);
  expect(await outcome).toBeInstanceOf(NeverSettled);
  // The provider is told to stop earlier than this side does.
  expect(told).toBe(4_500);
});
