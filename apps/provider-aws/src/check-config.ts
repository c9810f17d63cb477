import type { ConfigProblem } from '@eso/api/server';
import type { SecretsManagerConfig } from './config/secrets-manager.ts';

/** One DNS label. The region becomes part of the host that is called, so nothing else may get into it. */
const REGION = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i;

/** What the schema of a SecretsManager lets through and cannot work, first what cannot work at all. */
export function checkConfig(config: SecretsManagerConfig): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  if (!REGION.test(config.region)) {
    problems.push({
      field: 'spec.region',
      problem: `region not found: ${config.region}`,
      nextStep: 'write a region of AWS, such as eu-central-1',
    });
  }
  problems.push(...notBuilt(config));
  if (!config.auth?.secretRef && !config.auth?.jwt) {
    problems.push({
      field: 'spec.auth.secretRef',
      problem: "no credentials: the provider's own identity is not lent to config objects",
      nextStep: 'refer to a Secret with an access key, and name a role if one is to be assumed',
    });
  }
  return problems;
}

/** Fields that exist so that they are answered instead of pruned in silence. */
function notBuilt({ auth, secretsManager }: SecretsManagerConfig): ConfigProblem[] {
  const given: [string, boolean][] = [
    ['spec.auth.jwt', auth?.jwt !== undefined],
    ['spec.secretsManager.forceDeleteWithoutRecovery', secretsManager?.forceDeleteWithoutRecovery === true],
    ['spec.secretsManager.recoveryWindowInDays', (secretsManager?.recoveryWindowInDays ?? 0) !== 0],
  ];
  return given
    .filter(([, isGiven]) => isGiven)
    .map(([field]) => ({
      field,
      problem: 'this field is not supported yet',
      nextStep: field === 'spec.auth.jwt' ? 'use spec.auth.secretRef' : 'remove it: this provider only reads',
    }));
}

/** Settings that do nothing, for the warnings of a validation. */
export function idleSettings({ role, externalID, sessionTags, transitiveTagKeys }: SecretsManagerConfig): string[] {
  if (role) return [];
  const given: [string, boolean][] = [
    ['externalID', Boolean(externalID)],
    ['sessionTags', Boolean(sessionTags?.length)],
    ['transitiveTagKeys', Boolean(transitiveTagKeys?.length)],
  ];
  return given.filter(([, isGiven]) => isGiven).map(([name]) => `spec.${name} has no effect without spec.role`);
}
