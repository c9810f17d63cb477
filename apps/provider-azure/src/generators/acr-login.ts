import { type GenerateContext, type HttpClient, httpFailure, ProviderError } from '@eso/api/server';
import { azureAccess } from '../azure/access.ts';
import { cloudOf } from '../azure/clouds.ts';
import { TENANT_ANNOTATION } from '../azure/identity.ts';
import type { AcrAccessTokenConfig } from '../config/acr-access-token.ts';
import { type RegistryLogin, registryLogin } from './registry-login.ts';

/** Registries look at the password alone. */
const USERNAME = '00000000-0000-0000-0000-000000000000';

type Context = GenerateContext<AcrAccessTokenConfig>;

/** Logs in to a registry. @returns the values of the generator @throws ProviderError of the login or of the registry */
export async function acrLogin(context: Context): Promise<Map<string, Uint8Array>> {
  const { signal, config } = context;
  const cloud = cloudOf(config);
  const { config: login, at } = await withTenant(context);
  const access = azureAccess({ ...context, config: login, at, cloud, resource: cloud.management });
  const http = context.httpClient({ field: context.at('registry') });
  const password = await access.use(({ token }) => passwordFor(http, token, context), signal);
  return new Map([...Object.entries({ username: USERNAME, password })].map(asBytes));
}

/** Without a scope the registry's refresh token, with one an access token for it. */
async function passwordFor(http: HttpClient, token: string, { config, signal, at }: Context): Promise<string> {
  const { registry, scope, tenantId } = config;
  const post = async (path: 'exchange' | 'token', form: Record<string, string>, member: string): Promise<string> => {
    const answer = await http.request({
      method: 'POST',
      url: `https://${registry}/oauth2/${path}`,
      form: { service: registry, ...form },
      operation: path === 'exchange' ? 'ExchangeToken' : 'GetAccessToken',
      signal,
    });
    if (answer.status === 401 || answer.status === 403)
      throw new ProviderError('ACCESS_DENIED', `${answer.host} does not let the identity in (HTTP ${answer.status})`, {
        field: at('registry'),
        nextStep: 'give the identity a role on the registry, such as AcrPull, and check that both belong to one tenant',
      });
    if (!answer.ok) throw httpFailure(answer, { field: at('registry') });
    const found = (answer.json() as Readonly<Record<string, unknown>> | null)?.[member];
    if (typeof found === 'string' && found !== '') return found;
    throw new ProviderError('BACKEND_UNAVAILABLE', `${answer.host} answers a login without a token`, {
      field: at('registry'),
      nextStep: `check ${at('registry')}: something else than a registry may stand there`,
      retryable: false,
    });
  };
  const exchange = { grant_type: 'access_token', access_token: token, ...(tenantId && { tenant: tenantId }) };
  const refresh = await post('exchange', exchange, 'refresh_token');
  if (!scope) return refresh;
  return post('token', { grant_type: 'refresh_token', scope, refresh_token: refresh }, 'access_token');
}

/** A ServiceAccount says its tenant; upstream looks nowhere else, and here the generator may say it for one that does not. */
async function withTenant({ config, credentials, at }: Context): Promise<RegistryLogin> {
  const login = registryLogin(config, at);
  if (!login) throw new ProviderError('CONFIG_INVALID', 'no way to log in is given', { field: at('auth') });
  const { serviceAccountRef } = login.config;
  const { tenantId } = config;
  if (!serviceAccountRef || !tenantId) return login;
  const { annotations } = await credentials.serviceAccount(serviceAccountRef, login.at('serviceAccountRef'));
  return annotations[TENANT_ANNOTATION] ? login : { ...login, config: { ...login.config, tenantId } };
}

function asBytes([key, text]: [string, string]): [string, Uint8Array] {
  return [key, Buffer.from(text)];
}
