import type { ConfigProblem } from '@eso/api/server';
import type { AwsConfig, FieldPath } from './aws-config.ts';
import { SECRET_REF } from './static-keys.ts';

/** What the schema lets through of the way to log in. */
export function checkAuth(auth: AwsConfig['auth'], at: FieldPath): ConfigProblem[] {
  if (auth?.jwt)
    return [
      {
        field: at('auth.jwt'),
        problem: `${at('auth.jwt')} is not supported by this version of the provider`,
        nextStep: `remove it and use ${at(SECRET_REF)}`,
      },
    ];
  if (!auth?.secretRef)
    return [
      {
        field: at('auth'),
        problem: 'no credentials are given, and the provider does not lend its own identity',
        nextStep: `refer to access keys in ${at(SECRET_REF)}`,
      },
    ];
  const { secretRef } = auth;
  return (['secretAccessKeySecretRef', 'accessKeyIDSecretRef'] as const)
    .filter((name) => !secretRef[name])
    .map((name) => ({
      field: at(`${SECRET_REF}.${name}`),
      problem: `${at(SECRET_REF)} lacks ${name}`,
      nextStep: 'name the Secret and the key that hold it',
    }));
}

/** What is said for a role, and no role is given. */
export function roleWarnings(config: AwsConfig, at: FieldPath): string[] {
  const { role, externalID, sessionTags, transitiveTagKeys, sessionTagsPolicy } = config;
  if (role) return [];
  const policy = sessionTagsPolicy === 'None' ? undefined : sessionTagsPolicy;
  return Object.entries({ externalID, sessionTags, transitiveTagKeys, sessionTagsPolicy: policy })
    .filter(([, value]) => value !== undefined && value.length > 0)
    .map(([field]) => `${at(field)} has no effect without ${at('role')}`);
}
