import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import { type Answer, type Call, formOf } from '../http/exchange.ts';
import type { World } from '../world.ts';
import { permitted, type Registry, type RegistryAccess } from './registry.ts';

const ISSUER = 'Azure Container Registry';
const REFRESH_LIFE_S = 3 * 3600;
const ACCESS_LIFE_S = 75 * 60;

/** What a registry answers: a login for a refresh token, that for an access token, and a catalog that takes either. */
export async function answerRegistry(world: World, registry: Registry, call: Call): Promise<Answer> {
  if (call.method === 'POST' && call.path === '/oauth2/exchange') return exchange(world, registry, formOf(call));
  if (call.method === 'POST' && call.path === '/oauth2/token') return accessToken(world, registry, formOf(call));
  if (call.path === '/v2/' || call.path === '/acr/v1/_catalog') return catalog(world, registry, call);
  return { status: 404, body: { errors: [{ code: 'NOT_FOUND', message: 'There is no such operation.' }] } };
}

async function exchange(world: World, registry: Registry, form: URLSearchParams): Promise<Answer> {
  if (form.get('grant_type') !== 'access_token' || form.get('service') !== registry.host) return refused(400, registry);
  const audiences = registry.cloud.management.flatMap((each) => [each, `${each}/`]);
  const expected = { cloud: registry.cloud, tenantId: registry.tenantId, audiences };
  const rules = { ...world.rules, tokenAudience: world.rules.registryAudience };
  const claims = await world.mint.judge(form.get('access_token') ?? '', expected, rules);
  if (typeof claims === 'string' || !registry.access[String(claims['appid'])]) return refused(401, registry);
  const token = await seal(world, registry, REFRESH_LIFE_S, { appid: claims['appid'], grant_type: 'refresh_token' });
  return { status: 200, body: { refresh_token: token } };
}

async function accessToken(world: World, registry: Registry, form: URLSearchParams): Promise<Answer> {
  if (form.get('grant_type') !== 'refresh_token' || form.get('service') !== registry.host)
    return refused(400, registry);
  const claims = await opened(world, registry, form.get('refresh_token') ?? '');
  if (claims?.['grant_type'] !== 'refresh_token') return refused(401, registry);
  const actions = registry.access[String(claims['appid'])] ?? [];
  const access = form.getAll('scope').flatMap((scope) => permitted(scope, actions) ?? []);
  const token = await seal(world, registry, ACCESS_LIFE_S, {
    appid: claims['appid'],
    grant_type: 'access_token',
    access,
  });
  return { status: 200, body: { access_token: token } };
}

async function catalog(world: World, registry: Registry, { headers, path }: Call): Promise<Answer> {
  const [scheme, shown = ''] = (headers.authorization ?? '').split(' ');
  // As `docker login` sends it: the user is a GUID of zeros, the password one of the tokens.
  const token =
    scheme?.toLowerCase() === 'basic' ? Buffer.from(shown, 'base64').toString().split(':').slice(1).join(':') : shown;
  const claims = await opened(world, registry, token);
  if (!claims) return refused(401, registry);
  if (path === '/v2/') return { status: 200, body: {} };
  const own = registry.access[String(claims['appid'])] ?? [];
  const access = claims['grant_type'] === 'refresh_token' ? own : namesIn(claims['access']);
  return access.includes('catalog')
    ? { status: 200, body: { repositories: registry.repositories } }
    : refused(401, registry);
}

async function seal(world: World, { host }: Registry, lifeSeconds: number, claims: JWTPayload): Promise<string> {
  const iat = Math.floor(world.now() / 1000);
  return world.mint.seal({
    ...claims,
    iss: ISSUER,
    aud: host,
    iat,
    nbf: iat,
    exp: iat + lifeSeconds,
    jti: randomUUID(),
  });
}

/** The claims of a token of this registry that is not over. */
async function opened(world: World, { host }: Registry, token: string): Promise<JWTPayload | undefined> {
  const claims = await world.mint.open(token, true);
  if (typeof claims === 'string' || claims.iss !== ISSUER || claims.aud !== host) return undefined;
  return (claims.exp ?? 0) * 1000 > world.now() ? claims : undefined;
}

function namesIn(access: unknown): readonly string[] {
  return Array.isArray(access) ? (access as readonly RegistryAccess[]).map(({ name }) => name) : [];
}

function refused(status: number, { host }: Registry): Answer {
  const where = `Bearer realm="https://${host}/oauth2/token",service="${host}",scope="registry:catalog:*"`;
  const error = { code: status === 401 ? 'UNAUTHORIZED' : 'UNSUPPORTED', message: 'authentication required' };
  return { status, headers: status === 401 ? { 'www-authenticate': where } : {}, body: { errors: [error] } };
}
