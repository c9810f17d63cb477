import type { HttpClient as SdkHttpClient } from '@azure/core-rest-pipeline';
import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from '@azure/identity';
import { type Credentials, type HttpClient, ProviderError } from '@eso/api/server';
import type { FieldPath } from './azure-config.ts';
import type { Cloud } from './clouds.ts';
import { type AzureIdentity, federatedAssertion } from './identity.ts';
import { type Exchange, managedIdentity, onMachine } from './managed-identity.ts';
import { sdkTransport } from './sdk-transport.ts';
import { refusedLogin } from './token-failure.ts';

/** A token of Entra. */
export interface AzureToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

/** Who asks for a token, and for what. */
export interface LoginRequest {
  readonly identity: AzureIdentity;
  /** Where a ServiceAccount's token is asked for. */
  readonly credentials: Credentials;
  readonly cloud: Cloud;
  /** What the token is made out to: `https://vault.azure.net`. */
  readonly resource: string;
  /** For requests to the authority. */
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  readonly at: FieldPath;
}

/**
 * One login. Nothing of it is kept but the token: the kit's session knows how long that is good.
 * @throws ProviderError CREDENTIALS_REJECTED, CREDENTIALS_UNUSABLE, CONFIG_INVALID, BACKEND_THROTTLED, BACKEND_UNAVAILABLE, TIMEOUT.
 */
export async function requestToken(request: LoginRequest): Promise<AzureToken> {
  const { identity, resource, signal, at } = request;
  const seen: Exchange = {};
  const transport = sdkTransport({
    http: request.http,
    operationOf: (method) => (method === 'POST' ? 'GetToken' : 'DiscoverAuthority'),
    onAnswer: (refused) => Object.assign(seen, { refused, answered: !refused }),
    onFailed: (error) => (seen.failed = error),
  });
  try {
    const credential = await credentialOf(request, transport);
    const ask = () => credential.getToken(`${resource}/.default`, { abortSignal: signal });
    const token = await (identity.kind === 'managed' ? onMachine(seen, ask) : ask());
    if (!token) throw new ProviderError('BACKEND_UNAVAILABLE', 'the authority answers a login without a token');
    return { token: token.token, expiresAtMs: token.expiresOnTimestamp };
  } catch (error) {
    // The SDK's own error is made of the same, and quotes what must not be shown.
    if (seen.failed) throw seen.failed;
    if (seen.refused) throw refusedLogin(seen.refused, identity, at);
    if (error instanceof ProviderError) throw error;
    if (seen.answered)
      throw new ProviderError('BACKEND_UNAVAILABLE', 'what answers logins answers with what is no token of Entra', {
        nextStep: "check the provider's network: something else may answer for Azure",
        cause: error,
      });
    throw unusable(identity, error);
  }
}

async function credentialOf(
  { identity, credentials, cloud }: LoginRequest,
  httpClient: SdkHttpClient,
): Promise<TokenCredential> {
  const common = { httpClient, retryOptions: { maxRetries: 0 } };
  const options = { ...common, authorityHost: cloud.authority, disableInstanceDiscovery: !cloud.isKnown };
  switch (identity.kind) {
    case 'secret':
      return new ClientSecretCredential(identity.tenantId, identity.clientId, identity.secret, options);
    case 'certificate':
      return new ClientCertificateCredential(
        identity.tenantId,
        identity.clientId,
        { certificate: identity.certificate },
        options,
      );
    case 'federated': {
      const assertion = await federatedAssertion(credentials, identity);
      return new ClientAssertionCredential(
        identity.tenantId,
        identity.clientId,
        () => Promise.resolve(assertion),
        options,
      );
    }
    case 'podFederated':
      return new WorkloadIdentityCredential(options);
    case 'managed':
      return managedIdentity(identity.clientId);
  }
}

/** What the SDK refuses before it asks anybody: an ID of the wrong form, a PEM without a certificate or a key. */
function unusable(identity: AzureIdentity, cause: unknown): ProviderError {
  const problem =
    identity.kind === 'certificate'
      ? 'is no PEM with a certificate and its unencrypted RSA key, or the IDs of tenant and client are none'
      : 'cannot be used to log in, or the IDs of tenant and client are none';
  return new ProviderError('CREDENTIALS_UNUSABLE', `what ${identity.field} refers to ${problem}`, {
    field: identity.field,
    nextStep: `correct what ${identity.field} refers to, and the IDs beside it`,
    cause,
  });
}
