import type { AwsConfig } from './aws-config.ts';

/** What a config says about the way in. */
export type LoginConfig = Omit<AwsConfig, 'prefix' | 'secretsManager'>;

/** Path of the reference to a ServiceAccount in a config, for `at`. */
export const SERVICE_ACCOUNT_REF = 'auth.jwt.serviceAccountRef';

/** How a config logs in. */
export type LoginWay =
  | { readonly tag: 'jwt'; readonly ref: NonNullable<NonNullable<Auth['jwt']>['serviceAccountRef']> | undefined }
  | { readonly tag: 'secretRef'; readonly refs: NonNullable<Auth['secretRef']> }
  | { readonly tag: 'pod' };
type Auth = NonNullable<LoginConfig['auth']>;

/** The way that counts where a config names several. */
export function loginWay({ auth = {} }: Pick<LoginConfig, 'auth'>, prefer: 'jwt' | 'secretRef' = 'jwt'): LoginWay {
  const { jwt, secretRef } = auth;
  if (jwt && (prefer === 'jwt' || !secretRef)) return { tag: 'jwt', ref: jwt.serviceAccountRef };
  return secretRef ? { tag: 'secretRef', refs: secretRef } : { tag: 'pod' };
}
