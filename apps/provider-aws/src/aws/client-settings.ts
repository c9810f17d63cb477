import { ProviderError } from '@eso/api/server';
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
}

/** Settings for the constructor of a client. Each client has connections of its own, which end with `destroy()`. */
export function clientSettings({ region, endpoint, login }: ClientSettings) {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    // Asked before each request. The SDK's own memo would keep keys for ever that carry no expiry.
    credentials: Object.assign(() => login(), { memoized: true }),
    credentialDefaultProvider: () => noIdentityOfTheProcess,
    maxAttempts: MAX_ATTEMPTS,
    retryMode: 'standard',
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    userAgentAppId: 'external-secrets',
  };
}

/** The pod's own identity (environment, instance metadata, web identity) is never lent to a tenant's config object. */
function noIdentityOfTheProcess(): Promise<never> {
  return Promise.reject(new ProviderError('CONFIG_INVALID', 'no credentials are configured', { field: 'spec.auth' }));
}
