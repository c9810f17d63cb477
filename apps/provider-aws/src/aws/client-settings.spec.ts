import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { RetrySettings } from '@eso/api/server';
import { clientSettings } from './client-settings.ts';

const settings = (retry?: RetrySettings) =>
  clientSettings({
    region: 'eu-central-1',
    endpoint: undefined,
    login: () => Promise.reject(new Error('nobody logs in')),
    at: (path) => `spec.provider.aws.${path}`,
    retry,
  });

/** The pause before the attempt behind `completed` ones, milliseconds. */
const pause = (retry: RetrySettings, completed: number) =>
  (
    settings(retry).retryStrategy as unknown as { retryBackoffStrategy: { computeNextBackoffDelay(n: number): number } }
  ).retryBackoffStrategy.computeNextBackoffDelay(completed);

test('three attempts, unless the store says how many [3.1.12]', () => {
  expect(settings()).toMatchObject({ maxAttempts: 3, retryMode: 'standard' });
  expect(settings({ maxRetries: 5 })).toMatchObject({ maxAttempts: 5, retryMode: 'standard' });
  expect(settings({ retryIntervalMs: 5 }).maxAttempts).toBe(3);
});

test('none at all is not for ever', () => {
  expect(settings({ maxRetries: 0 }).maxAttempts).toBe(1);
});

test('an interval is the pause before each attempt, up to the longest that a call may take [3.1.12]', () => {
  expect([0, 1, 7].map((completed) => pause({ retryIntervalMs: 1_500 }, completed))).toEqual([1_500, 1_500, 1_500]);
  expect(pause({ retryIntervalMs: 3_600_000 }, 0)).toBe(60_000);
  expect(settings({ retryIntervalMs: 0 }).retryStrategy).toBeUndefined();
});

test('who has no credentials does not get those of the process', async () => {
  const provide = settings().credentialDefaultProvider()();
  await expect(provide).rejects.toMatchObject({ code: 'CONFIG_INVALID', field: 'spec.provider.aws.auth' });
});

test.each([
  ['us-east-1-fips', 'us-east-1', true],
  ['fips-us-east-1', 'us-east-1', true],
  ['eu-central-1', 'eu-central-1', false],
])('%s is signed for %s, and asks for FIPS or not: %p [V2.4.2]', async (region, signed, fips) => {
  const client = new SecretsManagerClient({ ...settings(), region });
  expect([await client.config.region(), await client.config.useFipsEndpoint()]).toEqual([signed, fips]);
  client.destroy();
});
