import type { ConfigProblem } from '@eso/api/server';
import { SECRET_REF } from '../aws/static-keys.ts';
import type { SecretsManagerConfig } from '../config/secrets-manager.ts';

/** What the schema of a SecretsManager lets through. */
export function checkConfig(config: SecretsManagerConfig): ConfigProblem[] {
  return [...checkAuth(config.auth), ...checkDeletion(config.secretsManager)];
}

/** What is allowed but most likely not meant. */
export function configWarnings(config: SecretsManagerConfig): string[] {
  const { role, externalID, sessionTags, transitiveTagKeys, secretsManager } = config;
  const onlyForRole = Object.entries({ externalID, sessionTags, transitiveTagKeys })
    .filter(([, value]) => value !== undefined && value.length > 0)
    .map(([field]) => `spec.${field} has no effect without spec.role`);
  const deletion = secretsManager?.forceDeleteWithoutRecovery || secretsManager?.recoveryWindowInDays;
  return [
    ...(role ? [] : onlyForRole),
    ...(deletion ? ['spec.secretsManager has no effect yet: this version of the provider deletes no secrets'] : []),
  ];
}

function checkAuth(auth: SecretsManagerConfig['auth']): ConfigProblem[] {
  if (auth?.jwt)
    return [
      {
        field: 'spec.auth.jwt',
        problem: 'spec.auth.jwt is not supported by this version of the provider',
        nextStep: 'remove it and use spec.auth.secretRef',
      },
    ];
  if (!auth?.secretRef)
    return [
      {
        field: 'spec.auth',
        problem: 'no credentials are given, and the provider does not lend its own identity',
        nextStep: `refer to access keys in ${SECRET_REF}`,
      },
    ];
  const { secretRef } = auth;
  return (['secretAccessKeySecretRef', 'accessKeyIDSecretRef'] as const)
    .filter((name) => !secretRef[name])
    .map((name) => ({
      field: `${SECRET_REF}.${name}`,
      problem: `${SECRET_REF} lacks ${name}`,
      nextStep: 'name the Secret and the key that hold it',
    }));
}

function checkDeletion(settings: SecretsManagerConfig['secretsManager']): ConfigProblem[] {
  const { recoveryWindowInDays: days = 0, forceDeleteWithoutRecovery = false } = settings ?? {};
  if (days !== 0 && (days < 7 || days > 30))
    return [
      {
        field: 'spec.secretsManager.recoveryWindowInDays',
        problem: `invalid SecretsManager settings: recoveryWindowInDays is ${days}`,
        nextStep: 'use 7 to 30, or 0 for the default of AWS',
      },
    ];
  if (days !== 0 && forceDeleteWithoutRecovery)
    return [
      {
        field: 'spec.secretsManager',
        problem:
          'invalid SecretsManager settings: a recovery window and a deletion without recovery exclude each other',
        nextStep: 'remove one of the two',
      },
    ];
  return [];
}
