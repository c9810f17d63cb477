import type { AwsStoreConfig } from '../config/aws.ts';
import { checkStoreConfig } from './check-store-config.ts';

const selector = { name: 'keys', key: 'k' };
const good: AwsStoreConfig = {
  service: 'SecretsManager',
  region: 'eu-central-1',
  sessionTagsPolicy: 'None',
  auth: { secretRef: { accessKeyIDSecretRef: selector, secretAccessKeySecretRef: selector } },
};
const problems = (changes: Partial<AwsStoreConfig>) =>
  checkStoreConfig({ ...good, ...changes }, (path) => `spec.provider.aws.${path}`);

test('access keys and a region are enough, fips regions among them [V2.4.2]', () => {
  for (const region of ['eu-central-1', 'us-east-1-fips', 'not-known-yet']) expect(problems({ region })).toEqual([]);
});

test.each<[string, Partial<AwsStoreConfig>]>([
  ['spec.provider.aws.region', { region: 'x.example.org/' }],
  ['spec.provider.aws.region', { region: '' }],
  ['spec.provider.aws.region', { region: `${'a'.repeat(63)}b` }],
  ['spec.provider.aws.customSessionTags.esoStoreName', { customSessionTags: { esoStoreName: 'x' } }],
  ['spec.provider.aws.auth.jwt.serviceAccountRef', { auth: { jwt: {} } }],
  [
    'spec.provider.aws.auth.secretRef.secretAccessKeySecretRef',
    { auth: { secretRef: { accessKeyIDSecretRef: selector } } },
  ],
  ['spec.provider.aws.secretsManager.recoveryWindowInDays', { secretsManager: { recoveryWindowInDays: 3 } }],
])('%s is named: %j [V2.1.4] [V2.4.2]', (field, changes) => {
  const [problem, ...others] = problems(changes);
  expect(problem).toMatchObject({ field });
  expect(problem?.code).toBeUndefined();
  expect(others).toEqual([]);
});

test('Parameter Store is served, and its config is checked as that of Secrets Manager is', () => {
  expect(problems({ service: 'ParameterStore' })).toEqual([]);
  expect(problems({ service: 'ParameterStore', auth: { jwt: {} } })).toEqual([
    expect.objectContaining({ field: 'spec.provider.aws.auth.jwt.serviceAccountRef' }),
  ]);
});

test('Certificate Manager is not served, whatever else is wrong [V2.1.5]', () => {
  const service = 'CertificateManager';
  expect(problems({ service, region: '', auth: { jwt: {} } })).toEqual([
    expect.objectContaining({
      code: 'UNSUPPORTED',
      field: 'spec.provider.aws.service',
      problem: `spec.provider.aws.service is ${service}, which this version of the provider does not serve`,
    }),
  ]);
});
