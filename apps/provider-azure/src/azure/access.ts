import type { Credentials, OpenContext } from '@eso/api/server';
import { ProviderError } from '@eso/api/server';
import { isDeepStrictEqual } from 'node:util';
import type { AzureConfig, FieldPath } from './azure-config.ts';
import type { Cloud } from './clouds.ts';
import { type AzureIdentity, readIdentity } from './identity.ts';
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
      const identity = await readIdentity({ ...options, at });
      const token = await requestToken({ http, identity, cloud, resource, signal, at });
      return { value: { identity, token }, expiresAtMs: token.expiresAtMs };
    },
  });
  return {
    use: (run, signal) =>
      session.use(async ({ identity, token }) => {
        if (!(await isStill(identity, options.config, credentials, at)))
          throw new ProviderError('CREDENTIALS_REJECTED', 'the credentials have changed since the login');
        return run(token);
      }, signal),
  };
}

/** Who lost what proves an identity loses the token that it brought. */
async function isStill(
  identity: AzureIdentity,
  { authSecretRef: refs = {} }: AzureAccessOptions['config'],
  credentials: Credentials,
  at: FieldPath,
): Promise<boolean> {
  if (identity.kind !== 'secret' && identity.kind !== 'certificate') return true;
  const name = identity.kind === 'secret' ? 'clientSecret' : 'clientCertificate';
  const proof = identity.kind === 'secret' ? identity.secret : identity.certificate;
  const now = [refs.clientId ?? {}, refs[name] ?? {}].map((selector, index) =>
    credentials.secretKey(selector, at(`authSecretRef.${index === 0 ? 'clientId' : name}`)),
  );
  const texts = (await Promise.all(now)).map((value) => Buffer.from(value).toString().trim());
  return isDeepStrictEqual(texts, [identity.clientId, proof]);
}
