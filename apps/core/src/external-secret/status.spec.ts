import type { ExternalSecret } from '@eso/api/resources';
import { statusAfter } from './status.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const es = (status?: ExternalSecret['status']): ExternalSecret => ({
  apiVersion: 'external-secrets.io/v1',
  kind: 'ExternalSecret',
  metadata: { name: 'es', namespace: 'team', generation: 3 },
  spec: {},
  ...(status ? { status } : {}),
});
const success = { kind: 'success', message: 'secret synced', startedAt: NOW - 1_000, bound: true } as const;
const failure = {
  kind: 'failure',
  prefix: 'could not get secret data from provider',
  problem: {
    code: 'SECRET_NOT_FOUND',
    field: 'spec.data[0].remoteRef.key',
    publicMessage: 'gone',
    nextStep: 'Create it.',
  },
} as const;

test('a success records when it began, what it saw, and the Secret', () => {
  expect(statusAfter(es(), success, NOW)).toEqual({
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

test('a failure keeps what the last success recorded, and says what to do', () => {
  const before = statusAfter(es(), success, NOW);
  const after = statusAfter(es(before), failure, NOW + 60_000);
  expect(after).toMatchObject({ refreshTime: before.refreshTime, binding: { name: 'es' } });
  expect(after.conditions).toEqual([
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

test('the same failure again is no change, so that nothing is written', () => {
  const failed = statusAfter(es(), failure, NOW);
  expect(statusAfter(es(failed), failure, NOW + 5_000)).toBe(failed);
});
