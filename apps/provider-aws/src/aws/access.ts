import { ambientCredentialsProblem, type OpenContext } from '@eso/api/server';
import type { Endpoints } from './endpoints.ts';
import type { AwsAccess } from './aws-identity.ts';
import { type LoginConfig, type LoginWay, loginWay } from './login-way.ts';
import type { Origin } from './origin.ts';
import { podIdentity } from './pod-identity.ts';
import { awsSession, rolesOf } from './role-session.ts';
import { keysOrigin, staticKeys } from './static-keys.ts';
import { webIdentity } from './web-identity.ts';

/** The config object, what its backend was opened with, and where STS is reached. */
export interface AccessOptions extends Pick<
  OpenContext<LoginConfig>,
  'config' | 'source' | 'credentials' | 'metrics' | 'session' | 'lifetime' | 'at' | 'ambientCredentials'
> {
  readonly endpoints: Endpoints;
  /** Which of two ways counts. Default `jwt`; upstream's generators prefer access keys. */
  readonly prefer?: 'jwt' | 'secretRef';
}

/**
 * The way in that a config object describes: a ServiceAccount's token, access keys from Secrets, or else the pod's own identity; and
 * then the roles, one after the other.
 * @throws ProviderError CONFIG_INVALID where the config names no way and may not use the pod's.
 */
export function accessOf(options: AccessOptions): AwsAccess {
  const { config, credentials, source, at } = options;
  const way = loginWay(config, options.prefer);
  const roles = rolesOf(config, { source, requester: () => credentials.namespace }, at);
  if (way.tag === 'secretRef' && roles.length === 0)
    // Keys that a user keeps are read before each request; there is nothing else to try.
    return { login: staticKeys(way.refs, credentials, at), use: (run) => run() };
  return awsSession({
    ...options,
    origin: originOf(way, options),
    roles,
    region: config.region,
    endpoint: options.endpoints.sts,
  });
}

function originOf(way: LoginWay, options: AccessOptions): Origin {
  const { config, credentials, endpoints, metrics, at, ambientCredentials } = options;
  const where = { region: config.region, endpoint: endpoints.sts, at };
  switch (way.tag) {
    case 'jwt':
      return webIdentity({ ...where, ref: way.ref ?? { name: '' }, credentials, metrics });
    case 'secretRef':
      return keysOrigin(staticKeys(way.refs, credentials, at));
    case 'pod':
      if (!ambientCredentials) throw ambientCredentialsProblem(at('auth'));
      return podIdentity(where);
  }
}
