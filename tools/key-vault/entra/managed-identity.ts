import { randomUUID } from 'node:crypto';
import { cloudOf, isResource } from '../clouds.ts';
import type { Answer, Call } from '../http/exchange.ts';
import type { World } from '../world.ts';
import type { ManagedIdentity } from './directory.ts';

/** What App Service hands to a process, with its endpoint. */
export const IDENTITY_HEADER = randomUUID();

/**
 * Tokens for whoever is on the machine: as a virtual machine's metadata service gives them at `/metadata/identity/oauth2/token`,
 * and as App Service does at `/msi/token`. Anything else is not answered.
 */
export async function answerIdentity(world: World, call: Call): Promise<Answer | undefined> {
  // Some clients put a slash behind it.
  const path = call.path.replace(/\/$/, '');
  if (path === '/metadata/identity/oauth2/token') return answerMetadata(world, call);
  if (path === '/msi/token') return answerAppService(world, call);
  return undefined;
}

async function answerMetadata(world: World, { headers, query }: Call): Promise<Answer> {
  if (world.rules.identityHeader && String(headers['metadata']).toLowerCase() !== 'true') {
    return refused(400, 'Required metadata header not specified');
  }
  if (query.get('api-version') !== '2018-02-01') return refused(400, 'api-version is not known');
  return tokenFor(world, query, (expires, now) => ({
    expires_in: String(expires - now),
    ext_expires_in: String(expires - now),
    not_before: String(now),
  }));
}

async function answerAppService(world: World, { headers, query }: Call): Promise<Answer> {
  if (world.rules.identityHeader && headers['x-identity-header'] !== IDENTITY_HEADER) {
    return { status: 401, body: { statusCode: 401, message: 'Unauthorized' } };
  }
  if (query.get('api-version') !== '2019-08-01')
    return { status: 400, body: { statusCode: 400, message: 'api-version is not known' } };
  const answer = await tokenFor(world, query, () => ({}));
  return answer.status === 200
    ? answer
    : {
        status: 400,
        body: { statusCode: 400, message: 'No User Assigned or Delegated Managed Identity found for the request.' },
      };
}

async function tokenFor(
  world: World,
  query: URLSearchParams,
  more: (expires: number, now: number) => object,
): Promise<Answer> {
  const identity = identityOf(world, query);
  if (!identity) return refused(400, 'Identity not found');
  const resource = query.get('resource') ?? '';
  const cloud = cloudOf(identity.cloud);
  if (!isResource(cloud, resource))
    return refused(400, `AADSTS500011: The resource principal named ${resource} was not found in the tenant.`);
  const { clientId, tenantId, objectId = clientId } = identity;
  const now = Math.floor(world.now() / 1000);
  const expires = now + world.mint.lifeSeconds;
  const token = await world.mint.sign({ app: { clientId, objectId, tenantId }, cloud, audience: resource });
  const common = {
    access_token: token,
    client_id: clientId,
    expires_on: String(expires),
    resource,
    token_type: 'Bearer',
  };
  return { status: 200, body: { ...common, ...more(expires, now) } };
}

function identityOf({ identities, rules }: World, query: URLSearchParams): ManagedIdentity | undefined {
  const named = (...names: string[]): string | undefined =>
    names.map((name) => query.get(name)).find((each) => each !== null) ?? undefined;
  const clientId = named('client_id', 'clientid');
  const objectId = named('object_id', 'principal_id');
  const resourceId = named('msi_res_id', 'mi_res_id');
  if (clientId === undefined && objectId === undefined && resourceId === undefined) {
    return identities.find(({ systemAssigned }) => systemAssigned);
  }
  const found = identities.find(
    (each) =>
      each.clientId === clientId ||
      (objectId !== undefined && (each.objectId ?? each.clientId) === objectId) ||
      (resourceId !== undefined && each.resourceId?.toLowerCase() === resourceId.toLowerCase()),
  );
  return found ?? (rules.knownIdentity ? undefined : identities[0]);
}

function refused(status: number, what: string): Answer {
  return { status, body: { error: 'invalid_request', error_description: what } };
}
