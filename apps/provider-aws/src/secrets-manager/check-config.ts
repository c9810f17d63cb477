import type { ConfigProblem } from '@eso/api/server';
import { SECRET_REF } from '../aws/static-keys.ts';
import type { AwsConfig, FieldPath } from '../aws/aws-config.ts';

/** What the schema of a SecretsManager lets through. */
export function checkConfig(config: AwsConfig, at: FieldPath): ConfigProblem[] {
  return [...checkAuth(config.auth, at), ...checkDeletion(config.secretsManager, at)];
}

/** What is allowed but most likely not meant. */
export function configWarnings(config: AwsConfig, at: FieldPath): string[] {
  const { role, externalID, sessionTags, transitiveTagKeys, sessionTagsPolicy, secretsManager } = config;
  const policy = sessionTagsPolicy === 'None' ? undefined : sessionTagsPolicy;
  const onlyForRole = Object.entries({ externalID, sessionTags, transitiveTagKeys, sessionTagsPolicy: policy })
    .filter(([, value]) => value !== undefined && value.length > 0)
    .map(([field]) => `${at(field)} has no effect without ${at('role')}`);
  const deletion = secretsManager?.forceDeleteWithoutRecovery || secretsManager?.recoveryWindowInDays;
  return [
    ...(role ? [] : onlyForRole),
    ...(deletion ? [`${at('secretsManager')} has no effect yet: this version of the provider deletes no secrets`] : []),
  ];
}

function checkAuth(auth: AwsConfig['auth'], at: FieldPath): ConfigProblem[] {
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

function checkDeletion(settings: AwsConfig['secretsManager'], at: FieldPath): ConfigProblem[] {
  const { recoveryWindowInDays: days = 0, forceDeleteWithoutRecovery = false } = settings ?? {};
  if (days !== 0 && (days < 7 || days > 30))
    return [
      {
        field: at('secretsManager.recoveryWindowInDays'),
        problem: `invalid SecretsManager settings: recoveryWindowInDays is ${days}`,
        nextStep: 'use 7 to 30, or 0 for the default of AWS',
      },
    ];
  if (days !== 0 && forceDeleteWithoutRecovery)
    return [
      {
        field: at('secretsManager'),
        problem:
          'invalid SecretsManager settings: a recovery window and a deletion without recovery exclude each other',
        nextStep: 'remove one of the two',
      },
    ];
  return [];
}
