import { authoritiesOf, type Cloud, isResource } from '../clouds.ts';
import { type Answer, type Call, formOf } from '../http/exchange.ts';
import type { World } from '../world.ts';
import { authenticate } from './authenticate.ts';
import { EntraError } from './entra-error.ts';
import type { Grant } from './tokens.ts';

/** What an authority host answers: discovery, keys, tokens. */
export async function answerAuthority(world: World, cloud: Cloud, call: Call): Promise<Answer> {
  try {
    return await route(world, cloud, call);
  } catch (error) {
    if (error instanceof EntraError) return error.answer(world.now());
    throw error;
  }
}

async function route(world: World, cloud: Cloud, call: Call): Promise<Answer> {
  if (call.path === '/common/discovery/instance') return instanceDiscovery(cloud, call);
  const [, tenantId = '', ...rest] = call.path.split('/');
  const action = rest.join('/');
  if (action === 'v2.0/.well-known/openid-configuration' || action === '.well-known/openid-configuration') {
    assertTenant(world, tenantId, 'invalid_tenant');
    return { status: 200, body: openIdConfiguration(call, tenantId, cloud) };
  }
  if (action === 'discovery/v2.0/keys') return { status: 200, body: await world.mint.jwks() };
  if (action === 'oauth2/v2.0/token' && call.method === 'POST') return token(world, cloud, tenantId, call);
  return { status: 404 };
}

/** Where official clients ask whether they may trust an authority, and by which other names it goes. */
function instanceDiscovery(cloud: Cloud, call: Call): Answer {
  const endpoint = call.query.get('authorization_endpoint') ?? '';
  const tenantId = /^https:\/\/[^/]+\/([^/]+)\//.exec(endpoint)?.[1] ?? 'common';
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `https://${hostOf(call)}/${tenantId}/v2.0/.well-known/openid-configuration`,
      'api-version': '1.1',
      metadata: [
        { preferred_network: cloud.authority, preferred_cache: cloud.authority, aliases: authoritiesOf(cloud) },
      ],
    },
  };
}

function openIdConfiguration(call: Call, tenantId: string, cloud: Cloud): object {
  const base = `https://${hostOf(call)}/${tenantId}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'],
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `https://${cloud.authority}/${tenantId}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`,
    tenant_region_scope: null,
    cloud_instance_name: cloud.authority.replace('login.', ''),
  };
}

async function token(world: World, cloud: Cloud, tenantId: string, call: Call): Promise<Answer> {
  assertTenant(world, tenantId, 'invalid_request');
  const form = formOf(call);
  const grant = required(form, 'grant_type');
  if (grant !== 'client_credentials')
    throw new EntraError(
      400,
      'unsupported_grant_type',
      70003,
      `The app requested an unsupported grant type '${grant}'.`,
    );
  const clientId = required(form, 'client_id');
  const app = world.directory.app(tenantId, clientId);
  if (!app && world.rules.knownApplication) {
    throw new EntraError(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`,
    );
  }
  const audience = audienceOf(cloud, required(form, 'scope'));
  if (app) await authenticate(world, cloud, app, form);
  const expires = world.mint.lifeSeconds;
  const access = await world.mint.sign({ app: app ?? stranger(tenantId, clientId), cloud, audience });
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: expires, ext_expires_in: expires, access_token: access },
  };
}

/** Who nobody registered, for the case that nobody asks. */
function stranger(tenantId: string, clientId: string): Grant['app'] {
  return { clientId, tenantId, objectId: clientId };
}

/** The one resource that `scope` asks for with `/.default`. @throws EntraError */
function audienceOf(cloud: Cloud, scope: string): string {
  const resource = /^(.+)\/\.default$/.exec(scope)?.[1];
  if (resource === undefined || scope.includes(' ')) {
    throw new EntraError(400, 'invalid_scope', 1002012, `The provided value for scope ${scope} is not valid.`);
  }
  if (isResource(cloud, resource)) return resource;
  throw new EntraError(
    400,
    'invalid_resource',
    500011,
    `The resource principal named ${resource} was not found in the tenant.`,
  );
}

function assertTenant(world: World, tenantId: string, error: string): void {
  if (world.directory.hasTenant(tenantId)) return;
  throw new EntraError(400, error, 90002, `Tenant '${tenantId}' not found.`);
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value) return value;
  throw new EntraError(
    400,
    'invalid_request',
    900144,
    `The request body must contain the following parameter: '${name}'.`,
  );
}

function hostOf({ headers }: Call): string {
  return headers.host ?? '';
}
