import { AsyncLocalStorage } from 'node:async_hooks';
import type { HttpClient as SdkHttpClient } from '@azure/core-rest-pipeline';
import { ManagedIdentityCredential, type TokenCredential } from '@azure/identity';
import { createHttpClient, type ProviderError, silentLogger, systemClock } from '@eso/api/server';
import { type RefusedAnswer, sdkTransport } from './sdk-transport.ts';

/** What the last request of a login came to. */
export interface Exchange {
  refused?: RefusedAnswer | undefined;
  failed?: ProviderError;
  /** Whoever was asked has said yes: what fails then is what it answered with. */
  answered?: boolean;
}

const seen = new AsyncLocalStorage<Exchange>();
let transport: SdkHttpClient | undefined;

/**
 * The identity of the machine. The SDK asks for it through the first client that it was given, whoever asks later, so there is one for
 * the whole process; it belongs to the provider's pod and to no tenant.
 * @param identityId client ID or resource ID of a user-assigned identity; undefined for the one that is the machine's own
 */
export function managedIdentity(identityId: string | undefined): TokenCredential {
  transport ??= machineTransport();
  const options = { httpClient: transport, retryOptions: { maxRetries: 0 } };
  if (identityId === undefined) return new ManagedIdentityCredential(options);
  return identityId.includes('/')
    ? new ManagedIdentityCredential({ resourceId: identityId, ...options })
    : new ManagedIdentityCredential({ clientId: identityId, ...options });
}

/** Runs a login of the machine, and writes down what its requests came to. */
export function onMachine<T>(exchange: Exchange, run: () => Promise<T>): Promise<T> {
  return seen.run(exchange, run);
}

/** The metadata endpoint speaks plain HTTP, and is never behind a proxy. */
function machineTransport(): SdkHttpClient {
  return sdkTransport({
    http: createHttpClient(
      { plainHttp: true, proxy: 'none', connectTimeoutMs: 2_000 },
      {
        clock: systemClock,
        logger: silentLogger,
        metrics: { track: (_operation, run) => run() },
        lifetime: new AbortController().signal,
      },
    ),
    operationOf: () => 'GetToken',
    onAnswer: (refused) => Object.assign(seen.getStore() ?? {}, { refused, answered: !refused }),
    onFailed: (failed) => Object.assign(seen.getStore() ?? {}, { failed }),
  });
}
