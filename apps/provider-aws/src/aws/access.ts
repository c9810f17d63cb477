import type { OpenContext } from '@eso/api/server';
import type { Endpoints } from './endpoints.ts';
import type { AwsConfig } from './aws-config.ts';
import type { AwsAccess } from './aws-identity.ts';
import { roleSession, rolesOf } from './role-session.ts';
import { staticKeys } from './static-keys.ts';

/** The config object, what its backend was opened with, and where STS is reached. */
export interface AccessOptions extends Pick<
  OpenContext<AwsConfig>,
  'config' | 'source' | 'credentials' | 'metrics' | 'session' | 'lifetime' | 'at'
> {
  readonly endpoints: Endpoints;
}

/** The way in that a config object describes: access keys from Secrets, and then the roles, one after the other. */
export function accessOf({ config, credentials, endpoints, ...context }: AccessOptions): AwsAccess {
  const { at, source } = context;
  const base = staticKeys(config.auth?.secretRef ?? {}, credentials, at);
  const roles = rolesOf(config, { source, requester: () => credentials.namespace }, at);
  // Keys that a user keeps are read before each request; there is nothing else to try.
  if (roles.length === 0) return { login: base, use: (run) => run() };
  return roleSession({ ...context, base, roles, region: config.region, endpoint: endpoints.sts });
}
