import { ProviderError } from '@eso/api/server';
import { deletedState, recoverObject } from './recover.ts';
import type { VaultClient } from './vault-client.ts';

const object = { type: 'secret', name: 'db' } as const;

test.each([
  ['Conflict/ObjectIsDeletedButRecoverable', 'deleted'],
  ['Conflict/ObjectIsBeingRecovered', 'recovering'],
  ['Conflict/ObjectIsBeingDeleted', undefined],
  ['Conflict', undefined],
])('%s means %s', (code, state) => {
  expect(deletedState(new ProviderError('CONFLICT', 'x', { backend: { code } }))).toBe(state);
  expect(deletedState(new ProviderError('ACCESS_DENIED', 'x', { backend: { code } }))).toBeUndefined();
});

test('one that is recovered by somebody is waited for, and not without end', async () => {
  const slept: number[] = [];
  const { clock, signal } = waiting((ms) => slept.push(ms));
  let looks = 0;
  const vault = absentVault(() => looks++);
  const failure = recoverObject({ vault, clock }, { object, state: 'recovering', signal });
  await expect(failure).rejects.toMatchObject({
    code: 'CONFLICT',
    retryable: true,
    publicMessage: 'secret db was deleted and is still being recovered',
  });
  expect(looks).toBe(slept.length + 1);
  // Core waits 30 s, and something has to be left for the rest of the push.
  expect(slept.reduce((sum, ms) => sum + ms, 0)).toBe(16_000);
});

test('who gives up does not wait', async () => {
  const gone = new AbortController();
  const { clock } = waiting(() => gone.abort(new Error('gone')));
  const failure = recoverObject(
    { vault: absentVault(() => undefined), clock },
    { object, state: 'recovering', signal: gone.signal },
  );
  await expect(failure).rejects.toThrow('gone');
});

function waiting(onSleep: (ms: number) => void) {
  const clock = {
    now: () => 0,
    monotonic: () => 0,
    sleep: (ms: number, signal?: AbortSignal) => {
      onSleep(ms);
      return signal?.aborted ? Promise.reject(signal.reason as Error) : Promise.resolve();
    },
    schedule: () => () => undefined,
  };
  return { clock, signal: new AbortController().signal };
}

/** A vault in which nothing is to be seen: what is tested here is the waiting alone. */
function absentVault(onLook: () => void): VaultClient {
  const call = (): Promise<never> => {
    onLook();
    return Promise.reject(new ProviderError('SECRET_NOT_FOUND', 'secret db does not exist'));
  };
  return { call } as unknown as VaultClient;
}
