import type { OpenContext } from '@eso/api/server';
import type { SecretsManagerConfig } from '../config/secrets-manager.ts';
import type { Endpoints } from './endpoints.ts';
import { roleSession, rolesOf } from './role-session.ts';
import { staticKeys } from './static-keys.ts';

/** What a request is signed with. */
export interface Identity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  /** When AWS stops taking it; absent for keys that the user keeps. */
  readonly expiration?: Date;
}

/**
 * Yields the identity to use now. Cheap enough to be asked before each request.
 * @throws ProviderError CREDENTIALS_UNUSABLE, CREDENTIALS_REJECTED, ACCESS_DENIED and others of `awsFailure`.
 */
export type Login = () => Promise<Identity>;

/** A way in to AWS. */
export interface Access {
  /** The identity for one request, in a part of `use` or outside of it. */
  readonly login: Login;
  /** Runs something that makes requests; where AWS takes the identity no longer, once more with another one. */
  use<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

export interface AccessOptions extends Pick<
  OpenContext<SecretsManagerConfig>,
  'config' | 'credentials' | 'metrics' | 'session' | 'lifetime'
> {
  readonly endpoints: Endpoints;
}

/** The way in that a config object describes: access keys from Secrets, and then the roles, one after the other. */
export function accessOf({ config, credentials, endpoints, ...context }: AccessOptions): Access {
  const base = staticKeys(config.auth?.secretRef ?? {}, credentials);
  const roles = rolesOf(config);
  // Keys that a user keeps are read before each request; there is nothing else to try.
  if (roles.length === 0) return { login: base, use: (run) => run() };
  return roleSession({ ...context, base, roles, region: config.region, endpoint: endpoints.sts });
}
