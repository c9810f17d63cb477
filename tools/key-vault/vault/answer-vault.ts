import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';
import type { TokenFault } from '../entra/tokens.ts';
import type { Answer, Call } from '../http/exchange.ts';
import type { Rules } from '../rules.ts';
import type { World } from '../world.ts';
import { CERTIFICATE_ROUTES } from './certificates.ts';
import { KEY_ROUTES } from './keys.ts';
import { matchRoute, type Route } from './routes.ts';
import { SECRET_ROUTES } from './secrets.ts';
import type { Vault } from './vault.ts';
import { VaultError } from './vault-error.ts';

const ROUTES: readonly Route[] = [...SECRET_ROUTES, ...KEY_ROUTES, ...CERTIFICATE_ROUTES];
const NAME = /^[0-9a-zA-Z-]{1,127}$/;
const API_VERSION = /^(7\.[0-6](-preview\.\d+)?|20\d\d-\d\d-\d\d(-preview)?)$/;

const WHY: Readonly<Record<TokenFault, string>> = {
  malformed: 'AKV10000: The bearer token is not a token.',
  signature: 'AKV10046: The signature of the token does not hold.',
  expired: 'AKV10001: The lifetime of the token is over.',
  issuer: 'AKV10032: The issuer of the token is not the tenant of this vault.',
  audience: 'AKV10022: The audience of the token is not this service.',
};

/** What a vault answers. */
export async function answerVault(world: World, vault: Vault, call: Call): Promise<Answer> {
  const answer = await answerOrRefuse(world, vault, call);
  const common = { 'x-ms-request-id': randomUUID(), 'x-ms-keyvault-service-version': '1.9.2166.1' };
  return { ...answer, headers: { ...common, ...answer.headers } };
}

async function answerOrRefuse(world: World, vault: Vault, call: Call): Promise<Answer> {
  const { rules, now } = world;
  try {
    const claims = await authenticate(world, vault, call);
    assertNotThrottled(vault, rules);
    if (rules.apiVersion) assertApiVersion(call);
    const match = matchRoute(ROUTES, call);
    if (!match) throw new VaultError(404, 'NotFound', 'There is no such operation.');
    const { route, name, version } = match;
    if (rules.names && name && !NAME.test(name)) {
      throw new VaultError(400, 'BadParameter', `The request URI contains an invalid name: ${name}`);
    }
    authorize(world, vault, claims, route);
    return await route.run({ vault, rules, call, name, version, seconds: Math.floor(now() / 1000) });
  } catch (error) {
    if (error instanceof VaultError) return error.answer();
    throw error;
  }
}

function assertNotThrottled(vault: Vault, rules: Readonly<Rules>): void {
  const seconds = vault.refusedForSeconds();
  if (seconds === undefined) return;
  const headers = rules.retryAfter ? { 'retry-after': String(seconds) } : {};
  throw new VaultError(429, 'Throttled', 'Too many requests were received: VaultRequestTypeLimitReached', { headers });
}

function assertApiVersion({ query }: Call): void {
  const version = query.get('api-version');
  if (version === null) throw new VaultError(400, 'BadParameter', 'api-version must be specified');
  if (!API_VERSION.test(version)) throw new VaultError(400, 'BadParameter', `api-version ${version} is not supported.`);
}

async function authenticate({ mint, rules }: World, vault: Vault, { headers }: Call): Promise<JWTPayload> {
  const resource = `https://${vault.cloud.vaultSuffix}`;
  const where = `Bearer authorization="https://${vault.cloud.authority}/${vault.tenantId}", resource="${resource}"`;
  const more = rules.challenge ? { headers: { 'www-authenticate': where } } : {};
  const token = /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token === undefined)
    throw new VaultError(401, 'Unauthorized', 'AKV10000: The request has no bearer token.', more);
  const expected = { cloud: vault.cloud, tenantId: vault.tenantId, audiences: [resource, `${resource}/`] };
  const judged = await mint.judge(token, expected, rules);
  if (typeof judged !== 'string') return judged;
  throw new VaultError(401, 'Unauthorized', WHY[judged], more);
}

function authorize(world: World, vault: Vault, claims: JWTPayload, { permission: [kind, operation] }: Route): void {
  const clientId = String(claims['appid']);
  if (!world.rules.permissions || vault.permits(clientId, kind, operation)) return;
  const who = `appid=${clientId};oid=${String(claims['oid'])};iss=${claims.iss ?? ''}`;
  if (vault.grantedBy === 'roles') {
    const action = `Microsoft.KeyVault/vaults/${kind}/${operation}`;
    const what = `Caller is not authorized to perform action on resource. Caller: ${who} Action: '${action}' Vault: ${vault.name};location=test`;
    throw new VaultError(403, 'Forbidden', what, { inner: 'ForbiddenByRbac' });
  }
  const what = `The user, group or application '${who}' does not have ${kind} ${operation} permission on key vault '${vault.name};location=test'.`;
  throw new VaultError(403, 'Forbidden', what, { inner: 'ForbiddenByPolicy' });
}
