import type { SecretsManagerConfig } from '../config/secrets-manager.ts';
import { roleWarnings } from '../aws/check-auth.ts';
import * as checks from './check-config.ts';

const selector = { name: 'keys', key: 'k' };
const auth = { secretRef: { accessKeyIDSecretRef: selector, secretAccessKeySecretRef: selector } };
const config = (changes: Partial<SecretsManagerConfig> = {}): SecretsManagerConfig => ({
  region: 'eu-central-1',
  auth,
  ...changes,
});

const at = (path: string): string => `spec.${path}`;
const checkConfig = (bad: SecretsManagerConfig) => checks.checkConfig(bad, at);
const configWarnings = (odd: SecretsManagerConfig) => roleWarnings(odd, at);

test('access keys are enough', () => {
  expect(checkConfig(config())).toEqual([]);
  expect(configWarnings(config())).toEqual([]);
});

test.each<[string, SecretsManagerConfig]>([
  ['spec.auth', { region: 'eu-central-1' }],
  ['spec.auth', { region: 'eu-central-1', role: 'arn:aws:iam::123456789012:role/app' }],
  ['spec.auth', config({ auth: {} })],
  ['spec.auth.jwt', config({ auth: { jwt: { serviceAccountRef: { name: 'app' } } } })],
  ['spec.auth.jwt', config({ auth: { ...auth, jwt: {} } })],
  ['spec.auth.secretRef.secretAccessKeySecretRef', config({ auth: { secretRef: { accessKeyIDSecretRef: selector } } })],
  ['spec.auth.secretRef.accessKeyIDSecretRef', config({ auth: { secretRef: { secretAccessKeySecretRef: selector } } })],
  ['spec.secretsManager.recoveryWindowInDays', config({ secretsManager: { recoveryWindowInDays: 6 } })],
  ['spec.secretsManager.recoveryWindowInDays', config({ secretsManager: { recoveryWindowInDays: 31 } })],
  ['spec.secretsManager', config({ secretsManager: { recoveryWindowInDays: 7, forceDeleteWithoutRecovery: true } })],
])('%s is named: %j', (field, bad) => {
  expect(checkConfig(bad)).toEqual([expect.objectContaining({ field })]);
});

test('what has no effect is said, and only then', () => {
  const special = { externalID: 'x', sessionTags: [{ key: 'a', value: 'b' }], transitiveTagKeys: [] };
  expect(configWarnings(config(special))).toEqual([
    'spec.externalID has no effect without spec.role',
    'spec.sessionTags has no effect without spec.role',
  ]);
  expect(configWarnings(config({ transitiveTagKeys: ['a'] }))).toEqual([
    'spec.transitiveTagKeys has no effect without spec.role',
  ]);
  expect(configWarnings(config({ ...special, role: 'arn:aws:iam::123456789012:role/app' }))).toEqual([]);
});
