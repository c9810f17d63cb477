import type { SecretsManagerConfig } from '../config/secrets-manager.ts';
import { loginWarnings } from '../aws/check-auth.ts';
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
const configWarnings = (odd: SecretsManagerConfig) => loginWarnings(odd, at);

test('access keys are enough', () => {
  expect(checkConfig(config())).toEqual([]);
  expect(configWarnings(config())).toEqual([]);
});

test.each<[string, SecretsManagerConfig]>([
  ['spec.auth.jwt.serviceAccountRef', config({ auth: { ...auth, jwt: {} } })],
  ['spec.auth.secretRef.secretAccessKeySecretRef', config({ auth: { secretRef: { accessKeyIDSecretRef: selector } } })],
  ['spec.auth.secretRef.accessKeyIDSecretRef', config({ auth: { secretRef: { secretAccessKeySecretRef: selector } } })],
  ['spec.secretsManager.recoveryWindowInDays', config({ secretsManager: { recoveryWindowInDays: 6 } })],
  ['spec.secretsManager.recoveryWindowInDays', config({ secretsManager: { recoveryWindowInDays: 31 } })],
  ['spec.secretsManager', config({ secretsManager: { recoveryWindowInDays: 7, forceDeleteWithoutRecovery: true } })],
])('%s is named: %j [V2.4.3]', (field, bad) => {
  expect(checkConfig(bad)).toEqual([expect.objectContaining({ field })]);
});

test('a token of a ServiceAccount is enough, and so is nothing: whose identity counts then is decided elsewhere', () => {
  const serviceAccountRef = { name: 'app' };
  expect(checkConfig(config({ auth: { jwt: { serviceAccountRef } } }))).toEqual([]);
  expect(checkConfig({ region: 'eu-central-1' })).toEqual([]);
  const both = config({ auth: { secretRef: {}, jwt: { serviceAccountRef } } });
  expect(checkConfig(both)).toEqual([]);
  expect(configWarnings(both)).toEqual(['spec.auth.secretRef has no effect beside spec.auth.jwt']);
});

test('what has no effect is said, and only then [V2.1.2]', () => {
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
