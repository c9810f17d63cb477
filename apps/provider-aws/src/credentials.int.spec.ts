import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { Code } from '@connectrpc/connect';
import { SecretStoreCapabilities } from '@eso/api/stubs';
import { awsError, AwsProxy, eventually } from '@eso/testing';
import type { SecretsManagerConfig } from './config/secrets-manager.ts';
import { AwsLab, keysIn, refusedCall, validKeys } from './testing/aws-lab.ts';

let lab: AwsLab;
let proxy: AwsProxy;

const validate = (config: string) => lab.provider.client.store.validate(lab.request(config));

beforeAll(async () => {
  lab = await AwsLab.start({
    iam: true,
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: proxy.url };
    },
  });
  lab.config('plain');
  await lab.aws.send(new CreateSecretCommand({ Name: 'db', SecretString: 'value' }));
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

describe('access keys', () => {
  test('that AWS knows open the door', async () => {
    expect(await lab.get('plain', 'db')).toBe('value');
  });

  test.each([
    ['an unknown ID', { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wrong' }],
    ['another secret', { secretAccessKey: 'wrong' }],
  ])('with %s are rejected, and seen soon when put right', async (name, wrong) => {
    const secret = name.replaceAll(' ', '-').toLowerCase();
    const keys = { ...validKeys(lab.moto), ...wrong };
    lab.keys(secret, keys);
    lab.config(secret, { auth: keysIn(secret) });
    const { status, code, error } = await refusedCall(lab.get(secret, 'db'));
    expect({ status, code }).toEqual({ status: Code.PermissionDenied, code: 'CREDENTIALS_REJECTED' });
    expect(error).toMatchObject({ field: 'spec.auth.secretRef', retryable: false });
    expect(`${error.publicMessage} ${error.nextStep}`).not.toMatch(
      new RegExp(`${keys.accessKeyId}|${keys.secretAccessKey}|Credential=|wrong`),
    );
    lab.keys(secret, validKeys(lab.moto));
    // The kit looks for other credentials at most twice a second, and long before the pause after a rejection ends.
    expect(await eventually(() => lab.get(secret, 'db'), { timeoutMs: 2_000 })).toBe('value');
  });

  test.each([
    ['a line break', 'secret\n', 'line break'],
    ['a space', 'sec ret', 'a space'],
    ['a letter that no header has', 'secrät', 'another character'],
  ])('with %s in them are refused before they are sent', async (_, secretAccessKey, text) => {
    lab.keys('bad', { ...validKeys(lab.moto), secretAccessKey });
    lab.config('bad', { auth: keysIn('bad') });
    const { code, error } = await refusedCall(lab.get('bad', 'db'));
    expect(code).toBe('CREDENTIALS_UNUSABLE');
    expect(error.field).toBe('spec.auth.secretRef.secretAccessKeySecretRef');
    expect(error.publicMessage).toContain(text);
    expect(proxy.requests).toEqual([]);
  });

  test('in a Secret that is absent are named, by Validate too', async () => {
    lab.config('nowhere', { auth: keysIn('nowhere') });
    for (const call of [lab.get('nowhere', 'db'), validate('nowhere')]) {
      const { code, error } = await refusedCall(call);
      expect(code).toBe('CREDENTIALS_UNUSABLE');
      expect(error.publicMessage).toBe('Secret team-a/nowhere does not exist');
    }
  });
});

describe('the identity of the process', () => {
  const ambient = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'] as const;
  const before = ambient.map((name) => process.env[name]);

  beforeEach(() => {
    const { accessKeyId, secretAccessKey } = validKeys(lab.moto);
    [process.env['AWS_ACCESS_KEY_ID'], process.env['AWS_SECRET_ACCESS_KEY']] = [accessKeyId, secretAccessKey];
  });

  afterEach(() => {
    ambient.forEach((name, index) => {
      const value = before[index];
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    });
  });

  test.each<[string, Partial<SecretsManagerConfig>]>([
    ['without auth', { auth: {} }],
    ['with a role alone', { auth: {}, role: 'arn:aws:iam::123456789012:role/app' }],
  ])('is not lent to a config object %s', async (_, spec) => {
    lab.config('ambient', spec);
    for (const call of [lab.get('ambient', 'db'), validate('ambient')]) {
      const { code, error } = await refusedCall(call);
      expect(code).toBe('CONFIG_INVALID');
      expect(error.field).toBe('spec.auth');
    }
    expect(proxy.requests).toEqual([]);
  });
});

test('a denial is told apart from wrong keys, with what is denied and without what belongs to credentials', async () => {
  proxy.script = () =>
    awsError(
      400,
      'AccessDeniedException',
      'User: arn:aws:iam::1:user/app is not authorized to perform: secretsmanager:GetSecretValue (Request ID: 1-2) Credential=AKIA/x',
    );
  const { status, code, error } = await refusedCall(lab.get('plain', 'db'));
  expect({ status, code }).toEqual({ status: Code.PermissionDenied, code: 'ACCESS_DENIED' });
  expect(error.publicMessage).toBe(
    'may not read secret db: AWS answered AccessDeniedException: User: arn:aws:iam::1:user/app is not authorized to perform: secretsmanager:GetSecretValue',
  );
});

describe('Validate', () => {
  test('says what has no effect', async () => {
    lab.config('warned', { externalID: 'x' });
    expect(await validate('warned')).toMatchObject({
      valid: true,
      warnings: ['spec.externalID has no effect without spec.role'],
    });
  });

  test('asks AWS nothing [V2.6.1]', async () => {
    expect(await validate('plain')).toMatchObject({ valid: true, warnings: [] });
    expect(proxy.requests).toEqual([]);
  });
});

test('a store is read and written [V2.6.2]', async () => {
  const { capabilities, features } = await lab.provider.client.store.capabilities(lab.request('plain'));
  expect(capabilities).toBe(SecretStoreCapabilities.READ_WRITE);
  expect(features).toEqual(expect.arrayContaining(['push', 'delete', 'exists', 'batch']));
});
