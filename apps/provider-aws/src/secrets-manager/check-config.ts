import type { ConfigProblem } from '@eso/api/server';
import type { AwsConfig, FieldPath } from '../aws/aws-config.ts';
import { checkAuth } from '../aws/check-auth.ts';

/** What the schema of a SecretsManager lets through. */
export function checkConfig(config: AwsConfig, at: FieldPath): ConfigProblem[] {
  return [...checkAuth(config.auth, at), ...checkDeletion(config.secretsManager, at)];
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
