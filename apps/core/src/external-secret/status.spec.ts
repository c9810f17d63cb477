import type { ExternalSecret } from '@eso/api/resources';
import { externalSecretStatusAfter, type SyncVerdict } from './status.ts';
import { SECRET_WORDS as words } from './target/words.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const es = (status?: ExternalSecret['status']): ExternalSecret => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'es', namespace: 'team', generation: 3 },
  spec: {},
  ...(status ? { status } : {}),
});
const success = { kind: 'synced', outcome: 'synced', bound: true } as const;
const at = (now: number, verdict: SyncVerdict) => ({ verdict, words, startedAt: now - 1_000, now });
const failure = {
  kind: 'failed',
  failure: 'fetchFailed',
  problem: {
    code: 'SECRET_NOT_FOUND',
    field: 'spec.data[0].remoteRef.key',
    publicMessage: 'gone',
    nextStep: 'Create it.',
  },
} as const;

test('a success records when it began, what it saw, and the Secret [1.3.1] [1.3.2] [1.3.4] [1.6.13]', () => {
  expect(externalSecretStatusAfter(es(), at(NOW, success))).toEqual({
    refreshTime: '2026-01-02T03:04:04Z',
    syncedResourceVersion: expect.stringMatching(/^3-[0-9a-f]{56}$/) as string,
    binding: { name: 'es' },
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'SecretSynced',
        message: 'secret synced',
        lastTransitionTime: '2026-01-02T03:04:05Z',
      },
    ],
  });
});

test('a failure keeps what the last success recorded, and says what to do [1.6.17]', () => {
  const before = externalSecretStatusAfter(es(), at(NOW, success));
  const after = externalSecretStatusAfter(es(before), at(NOW + 60_000, failure));
  expect(after).toMatchObject({ refreshTime: before?.refreshTime, binding: { name: 'es' } });
  expect(after?.conditions).toEqual([
    {
      type: 'Ready',
      status: 'False',
      reason: 'SecretSyncedError',
      message:
        'could not get secret data from provider: spec.data[0].remoteRef.key: gone [SECRET_NOT_FOUND]. Create it.',
      lastTransitionTime: '2026-01-02T03:05:05Z',
    },
  ]);
});

test('the same failure again is no change, so that nothing is written [1.6.14]', () => {
  const failed = externalSecretStatusAfter(es(), at(NOW, failure));
  expect(externalSecretStatusAfter(es(failed), at(NOW + 5_000, failure))).toBe(failed);
});

test('the end of a failure moves nothing that a sync records', () => {
  const synced = externalSecretStatusAfter(es(), at(NOW, success));
  const failed = externalSecretStatusAfter(es(synced), at(NOW + 60_000, failure));
  expect(externalSecretStatusAfter(es(failed), at(NOW + 120_000, { kind: 'recovered' }))).toEqual({
    ...synced,
    conditions: [{ ...synced?.conditions?.[0], lastTransitionTime: '2026-01-02T03:06:05Z' }],
  });
});
