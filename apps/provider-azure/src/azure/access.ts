import type { OpenContext } from '@eso/api/server';
import { ProviderError } from '@eso/api/server';
import type { AzureConfig, FieldPath } from './azure-config.ts';
import type { Cloud } from './clouds.ts';
import { type AzureIdentity, isSameIdentity, readIdentity } from './identity.ts';
import { type AzureToken, requestToken } from './token.ts';

/** Work with a valid token. */
export interface AzureAccess {
  /**
   * Runs `run` with a token; once more with a new one where it is rejected.
   * @throws ProviderError of the login; what `run` throws; the reason of `signal`.
   */
  use<T>(run: (token: AzureToken) => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** What logs in, where, and for what. */
export interface AzureAccessOptions extends Pick<
  OpenContext<unknown>,
  'credentials' | 'ambientCredentials' | 'session' | 'httpClient'
> {
  readonly config: Pick<AzureConfig, 'authType' | 'tenantId' | 'authSecretRef' | 'serviceAccountRef' | 'identityId'>;
  readonly at: FieldPath;
  readonly cloud: Cloud;
  /** What tokens are made out to. */
  readonly resource: string;
}

interface Login {
  readonly identity: AzureIdentity;
  readonly token: AzureToken;
}

/** One login for all calls of one backend, for as long as its token is good. Other credentials are another login. */
export function azureAccess(options: AzureAccessOptions): AzureAccess {
  const { credentials, at, cloud, resource } = options;
  const http = options.httpClient({ field: at('tenantId') });
  const session = options.session<Login>(`token for ${resource}`, {
    login: async ({ signal }) => {
      const identity = await readIdentity(options);
      const token = await requestToken({ http, identity, credentials, cloud, resource, signal, at });
      return { value: { identity, token }, expiresAtMs: token.expiresAtMs };
    },
  });
  return {
    use: (run, signal) =>
      session.use(async ({ identity, token }) => {
        // Who lost what proves an identity loses the token that it brought.
        if (!isSameIdentity(identity, await readIdentity(options)))
          throw new ProviderError('CREDENTIALS_REJECTED', 'the credentials have changed since the login');
        return run(token);
      }, signal),
  };
}
