/** The config in a SecretStore or ClusterSecretStore of External Secrets 2.x: what an object of its own does, with its paths. */
import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Code } from '@connectrpc/connect';
import { awsError, AwsProxy } from '@eso/testing';
import { AwsLab, type InlineStoreKind, keysIn, refusedCall, validKeys } from './testing/aws-lab.ts';

const ROLE = 'arn:aws:iam::222222222222:role/app';
const kinds: readonly InlineStoreKind[] = ['SecretStore', 'ClusterSecretStore'];

let lab: AwsLab;
let proxy: AwsProxy;
let count = 0;

const validate = (store: string) => lab.provider.client.store.validate(lab.request(store));

beforeAll(async () => {
  lab = await AwsLab.start({
    iam: true,
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: proxy.url };
    },
  });
  const create = (Name: string, SecretString: string) => lab.aws.send(new CreateSecretCommand({ Name, SecretString }));
  await create('app/db', '{"user":{"name":"ann"},"port":1.0}');
  await create('app/key', 'plain');
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

describe.each(kinds)('a %s', (kind) => {
  const store = (...parameters: [] | [Parameters<AwsLab['store']>[2]] | [Parameters<AwsLab['store']>[2], object]) => {
    const name = `store-${++count}`;
    lab.store(kind, name, ...parameters);
    return name;
  };

  test('is read, mapped and searched, with its prefix [3.1.14]', async () => {
    const plain = store();
    expect(await lab.get(plain, 'app/db', { property: 'user.name' })).toBe('ann');
    expect(await lab.map(plain, 'app/db')).toEqual({ user: '{"name":"ann"}', port: '1.0' });
    expect(await lab.find(plain, { name: { regexp: '^app/key$' } })).toEqual({ 'app/key': 'plain' });
    expect(await lab.get(store({ prefix: 'app/' }), 'key')).toBe('plain');
    expect(await validate(plain)).toMatchObject({ valid: true, warnings: [] });
    expect(await refusedCall(lab.get(plain, 'nowhere'))).toMatchObject({
      status: Code.NotFound,
      code: 'SECRET_NOT_FOUND',
    });
  });

  test('names a rejected key where the user wrote it', async () => {
    const { accessKeyId } = validKeys(lab.moto);
    lab.keys('wrong', { accessKeyId, secretAccessKey: 'wrong' });
    const { code, error } = await refusedCall(lab.get(store({ auth: keysIn('wrong') }), 'app/key'));
    expect([code, error.field]).toEqual(['CREDENTIALS_REJECTED', 'spec.provider.aws.auth.secretRef']);
  });

  test.each<[string, Parameters<AwsLab['store']>[2], string, string]>([
    [
      'a Secret that is absent',
      { auth: keysIn('gone') },
      'CREDENTIALS_UNUSABLE',
      'auth.secretRef.secretAccessKeySecretRef',
    ],
    ['no credentials', { auth: {} }, 'CONFIG_INVALID', 'auth'],
    ['a region that is none', { region: 'x.example.org/' }, 'CONFIG_INVALID', 'region'],
    ['Certificate Manager', { service: 'CertificateManager' }, 'UNSUPPORTED', 'service'],
  ])('says what is wrong with %s, without a word to AWS [3.4.5]', async (_what, config, code, field) => {
    const wrong = store(config);
    for (const call of [lab.get(wrong, 'app/key'), validate(wrong)]) {
      const { code: answered, error } = await refusedCall(call);
      expect([answered, error.field]).toEqual([code, `spec.provider.aws.${field}`]);
      expect(`${error.publicMessage} ${error.nextStep}`).not.toMatch(/config object|spec\.(?!provider\.aws)/);
      expect(error.nextStep).not.toBe('');
    }
    expect(proxy.requests).toEqual([]);
  });

  test('names a role that may not be assumed where the user wrote it', async () => {
    proxy.script = ({ operation }) =>
      operation === 'AssumeRole'
        ? {
            status: 403,
            body: '<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>',
          }
        : undefined;
    for (const [additionalRoles, field] of [
      [[], 'role'],
      [[ROLE], 'additionalRoles[0]'],
    ] as const) {
      const wrong = store({ role: ROLE, additionalRoles: [...additionalRoles] });
      const { code, error } = await refusedCall(lab.get(wrong, 'app/key'));
      expect([code, error.field]).toEqual(['ACCESS_DENIED', `spec.provider.aws.${field}`]);
    }
  });

  test('assumes its role with tags that say who uses it', async () => {
    proxy.script = ({ operation }) => (operation === 'AssumeRole' ? awsError(403, 'AccessDenied') : undefined);
    const name = store({ role: ROLE, sessionTagsPolicy: 'Simple' });
    await refusedCall(lab.get(name, 'app/key'));
    const form = Object.fromEntries(new URLSearchParams(proxy.of('AssumeRole')[0]?.body));
    expect(form).toMatchObject({
      'Tags.member.1.Key': 'esoNamespace',
      'Tags.member.1.Value': 'team-a',
      'Tags.member.2.Value': name,
      'Tags.member.3.Value': kind,
    });
  });

  test('tries as often as it asks for [3.1.12]', async () => {
    proxy.script = () => awsError(500, 'InternalServiceError');
    const patient = store({}, { retrySettings: { maxRetries: 5, retryInterval: '1ms' } });
    await refusedCall(lab.get(patient, 'app/key'));
    expect(proxy.requests).toHaveLength(5);
    proxy.reset();
    proxy.script = () => awsError(500, 'InternalServiceError');
    await refusedCall(lab.get(store({}, { retrySettings: { maxRetries: 1 } }), 'app/key'));
    expect(proxy.requests).toHaveLength(1);
  });

  test('names the region and what is warned about in its own words', async () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:app/db-1a2b3c';
    const { code, error } = await refusedCall(lab.get(store(), arn));
    expect([code, error.nextStep]).toEqual([
      'INVALID_REQUEST',
      'correct remoteRef.key, or set spec.provider.aws.region to us-east-1',
    ]);
    expect((await validate(store({ externalID: 'x' }))).warnings).toEqual([
      'spec.provider.aws.externalID has no effect without spec.provider.aws.role',
    ]);
  });
});
