import type { ApiCallMetrics, CredentialReader } from '@eso/api/server';
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

export interface LoginOptions {
  readonly config: SecretsManagerConfig;
  readonly credentials: CredentialReader;
  readonly metrics: ApiCallMetrics;
  readonly endpoints: Endpoints;
  readonly now: () => number;
}

/** The way in that a config object describes: access keys from Secrets, and then the roles, one after the other. */
export function login({ config, credentials, metrics, endpoints, now }: LoginOptions): Login {
  const base = staticKeys(config.auth?.secretRef ?? {}, credentials);
  const roles = rolesOf(config);
  if (roles.length === 0) return base;
  return roleSession({ base, roles, region: config.region, endpoint: endpoints.sts, metrics, now });
}
