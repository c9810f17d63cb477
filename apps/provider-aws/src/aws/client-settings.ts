import { limits, ProviderError, type RetrySettings } from '@eso/api/server';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import type { FieldPath } from './aws-config.ts';
import type { AwsIdentityProvider } from './aws-identity.ts';

/** Attempts of one call, the first included. Core repeats a failed call by itself, so few are enough. */
const MAX_ATTEMPTS = 3;
/** Time to get a connection, milliseconds. */
const CONNECTION_TIMEOUT_MS = 3_000;
/** Time for one attempt's answer, milliseconds; three of them fit into the 30 seconds that core waits. */
const REQUEST_TIMEOUT_MS = 8_000;

/** What every client of the SDK is made with. */
export interface ClientSettings {
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly login: AwsIdentityProvider;
  readonly at: FieldPath;
  /** What a store asks for. Default: three attempts with growing pauses. */
  readonly retry?: RetrySettings | undefined;
}

/** Settings for the constructor of a client. Each client has connections of its own, which end with `destroy()`. */
export function clientSettings({ region, endpoint, login, at, retry }: ClientSettings) {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Asked before each request. The SDK's own memo would keep keys for ever that carry no expiry.
    credentials: Object.assign(() => login(), { memoized: true }),
    credentialDefaultProvider: () => () => noIdentityOfTheProcess(at),
    ...retries(retry),
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    userAgentAppId: 'external-secrets',
  };
}

/** The pod's own identity (environment, instance metadata, web identity) is never lent to a tenant's config object. */
function noIdentityOfTheProcess(at: FieldPath): Promise<never> {
  return Promise.reject(new ProviderError('CONFIG_INVALID', 'no credentials are configured', { field: at('auth') }));
}

/** As upstream reads a store: `maxRetries` counts attempts, the first among them, and an interval takes the place of growing pauses. */
function retries({ maxRetries, retryIntervalMs = 0 }: RetrySettings = {}) {
  const maxAttempts = Math.max(1, maxRetries ?? MAX_ATTEMPTS);
  if (retryIntervalMs <= 0) return { maxAttempts, retryMode: 'standard' };
  // Nobody is there any more when a longer pause is over, and its timer stays for as long as it was asked for.
  const pauseMs = Math.min(retryIntervalMs, limits.serverDeadlineMs);
  return { maxAttempts, retryStrategy: new ConfiguredRetryStrategy(maxAttempts, () => pauseMs) };
}
