import { timingSafeEqual } from 'node:crypto';
import type { Cloud } from '../clouds.ts';
import { type Answer, type Call, formOf } from '../http/exchange.ts';
import type { World } from '../world.ts';
import type { App } from './directory.ts';
import { EntraError } from './entra-error.ts';

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
    assertTenant(world, tenantId);
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
      metadata: [{ preferred_network: cloud.authority, preferred_cache: cloud.authority, aliases: [cloud.authority] }],
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
  assertTenant(world, tenantId);
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
  if (!app)
    throw new EntraError(
      400,
      'unauthorized_client',
      700016,
      `Application with identifier '${clientId}' was not found in the directory '${tenantId}'.`,
    );
  const audience = audienceOf(cloud, required(form, 'scope'));
  authenticate(world, app, form);
  const expires = world.mint.lifeSeconds;
  const access = await world.mint.sign({ app, cloud, audience });
  return {
    status: 200,
    body: { token_type: 'Bearer', expires_in: expires, ext_expires_in: expires, access_token: access },
  };
}

function authenticate(world: World, app: App, form: URLSearchParams): void {
  const secret = form.get('client_secret');
  if (secret === null) {
    throw new EntraError(
      401,
      'invalid_client',
      7000218,
      `The request body must contain 'client_assertion' or 'client_secret'.`,
    );
  }
  const match = app.secrets.find(({ value }) => sameText(value, secret));
  if (!match && world.rules.clientSecret) {
    throw new EntraError(401, 'invalid_client', 7000215, `Invalid client secret provided for app '${app.clientId}'.`);
  }
  if (match?.expiresAt !== undefined && match.expiresAt <= world.now()) {
    throw new EntraError(
      401,
      'invalid_client',
      7000222,
      `The provided client secret keys for app '${app.clientId}' are expired.`,
    );
  }
}

/** The one resource that `scope` asks for with `/.default`. */
function audienceOf(cloud: Cloud, scope: string): string {
  const resource = /^(.+)\/\.default$/.exec(scope)?.[1];
  if (resource === undefined || scope.includes(' ')) {
    throw new EntraError(400, 'invalid_scope', 1002012, `The provided value for scope ${scope} is not valid.`);
  }
  // A resource may end in a slash, which doubles before ".default" and stays in "aud".
  const bare = resource.replace(/\/$/, '');
  if (bare !== `https://${cloud.vaultSuffix}` && !cloud.management.includes(bare)) {
    throw new EntraError(
      400,
      'invalid_resource',
      500011,
      `The resource principal named ${resource} was not found in the tenant.`,
    );
  }
  return resource;
}

function assertTenant(world: World, tenantId: string): void {
  if (world.directory.hasTenant(tenantId)) return;
  throw new EntraError(400, 'invalid_request', 90002, `Tenant '${tenantId}' not found.`);
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

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function hostOf({ headers }: Call): string {
  return headers.host ?? '';
}
