import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
  PutSecretValueCommand,
} from '@aws-sdk/client-secrets-manager';
import { awsError, AwsProxy } from '@eso/testing';
import { AwsLab, refusedCall, type RestOfRef } from './testing/aws-lab.ts';

const UUID = '01234567-89ab-4cde-8f01-23456789abcd';
const arn = (name: string, { region = 'eu-central-1', account = '123456789012' } = {}): string =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}-AbCdEf`;

let lab: AwsLab;
let proxy: AwsProxy;

const create = (input: CreateSecretCommandInput) => lab.aws.send(new CreateSecretCommand(input));
const fail = async (key: string, rest: RestOfRef = {}, config = 'plain') => {
  const { code, error } = await refusedCall(lab.get(config, key, rest));
  return { code, field: error.field, says: error.publicMessage, advises: error.nextStep };
};

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, sts: proxy.url };
    },
  });
  lab.config('plain');
  lab.config('prefixed', { prefix: 'app/' });
  await create({ Name: 'db', SecretString: 'one' });
  await lab.aws.send(new PutSecretValueCommand({ SecretId: 'db', SecretString: 'two' }));
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

test('a secret that is nowhere is absent, and said so with region and code', async () => {
  const { code, field, says, advises } = await fail('nowhere');
  expect({ code, field }).toEqual({ code: 'SECRET_NOT_FOUND', field: 'remoteRef.key' });
  expect(says).toBe(
    'secret nowhere does not exist in AWS Secrets Manager in region eu-central-1 (ResourceNotFoundException)',
  );
  expect(advises).toContain('create the secret in the backend');
});

test('a secret is absent only if AWS does not describe it either [V3.1.7]', async () => {
  await fail('nowhere');
  expect(proxy.requests.map(({ operation }) => operation)).toEqual(['GetSecretValue', 'DescribeSecret']);
});

describe('a version that does not exist is no absent secret', () => {
  test.each([
    ['a staging label', 'NOSUCHSTAGE', 'secret db has no version with staging label NOSUCHSTAGE', 'AWSPREVIOUS'],
    ['a bare UUID', UUID, `secret db has no version with staging label ${UUID}`, `uuid/${UUID}`],
    ['a version ID', `uuid/${UUID}`, `secret db has no version with ID ${UUID}`, 'ID of a version'],
  ])('%s', async (_, version, what, advice) => {
    const { code, field, says, advises } = await fail('db', { version });
    expect({ code, field }).toEqual({ code: 'VERSION_NOT_FOUND', field: 'remoteRef.version' });
    expect(says).toBe(`${what} (ResourceNotFoundException)`);
    expect(advises).toContain(advice);
    expect(advises).not.toContain('create');
  });

  test('AWS is not asked twice when it speaks of the value', async () => {
    const message = "Secrets Manager can't find the specified secret value for staging label: OLD";
    proxy.script = () => awsError(400, 'ResourceNotFoundException', message);
    expect((await fail('db', { version: 'OLD' })).code).toBe('VERSION_NOT_FOUND');
    expect(proxy.requests).toHaveLength(1);
  });

  test('uuid/ alone is refused unasked', async () => {
    expect(await fail('db', { version: 'uuid/' })).toMatchObject({
      code: 'INVALID_REQUEST',
      field: 'remoteRef.version',
    });
    expect(proxy.requests).toEqual([]);
  });

  test('an ID that AWS finds malformed is about the version', async () => {
    const message = "Value 'x' at 'versionId' failed to satisfy constraint: Member must have length >= 32";
    proxy.script = () => awsError(400, 'ValidationException', message);
    expect(await fail('db', { version: 'uuid/x' })).toMatchObject({
      code: 'INVALID_REQUEST',
      field: 'remoteRef.version',
      says: expect.stringContaining(`AWS answered ValidationException: ${message}`) as string,
    });
  });
});

test('a secret without a value exists', async () => {
  await create({ Name: 'empty' });
  for (const script of [
    undefined,
    awsError(400, 'ResourceNotFoundException', 'the specified secret value for staging label: AWSCURRENT'),
  ]) {
    proxy.script = ({ operation }) => (operation === 'GetSecretValue' ? script : undefined);
    expect(await fail('empty')).toEqual({
      code: 'VERSION_NOT_FOUND',
      field: 'remoteRef.key',
      says: 'secret empty exists but has no value yet (ResourceNotFoundException)',
      advises: 'store a value in the secret',
    });
  }
});

test.each([
  ['', ''],
  ['InvalidRequestException', "You can't perform this operation on the secret because it was marked for deletion."],
  ['InvalidParameterException', 'The secret was marked for deletion'],
])(
  'a secret that is scheduled for deletion is gone, in words of its own: %s [V3.1.8] [V13.2.5]',
  async (type, message) => {
    if (type) proxy.script = () => awsError(400, type, message);
    else {
      await create({ Name: 'leaving', SecretString: 'x' });
      await lab.aws.send(new DeleteSecretCommand({ SecretId: 'leaving' }));
    }
    const { code, says, advises } = await fail('leaving');
    expect(code).toBe('SECRET_NOT_FOUND');
    expect(says).toMatch(/^secret leaving is scheduled for deletion .* eu-central-1 \(Invalid\w+Exception\)$/);
    expect(advises).toContain('restore');
  },
);

describe('an ARN', () => {
  test('of another region is no absent secret', async () => {
    for (const answer of [undefined, awsError(400, 'AccessDeniedException', 'User: x'), awsError(400, 'InvalidRequestException', 'no')]) {
      proxy.script = () => answer;
      const { code, says, advises } = await fail(arn('gone', { region: 'us-east-1' }));
      expect(code).toBe('INVALID_REQUEST');
      expect(says).toContain('of region us-east-1, and region eu-central-1 was asked; AWS answered ');
      expect(advises).toContain('spec.region to us-east-1');
    }
  }); // prettier-ignore

  test('of another account is no absent secret', async () => {
    const key = arn('gone', { account: '999999999999' });
    const { code, says } = await fail(key);
    expect(code).toBe('INVALID_REQUEST');
    expect(says).toContain('of account 999999999999, and the credentials are of account 123456789012; AWS answered ');
    await fail(key);
    expect(proxy.of('GetCallerIdentity')).toHaveLength(1);
  });

  test('of the own account and region may be absent, also where STS is out of reach', async () => {
    for (const sts of ['answers', 'fails']) {
      proxy.script = ({ operation }) =>
        sts === 'fails' && operation === 'GetCallerIdentity' ? { status: 503, body: '' } : undefined;
      const { code, says, advises } = await fail(arn('gone'));
      expect(code).toBe('SECRET_NOT_FOUND');
      expect(says).toContain('in region eu-central-1 of account 123456789012 (ResourceNotFoundException)');
      expect(advises).not.toContain('create');
    }
  });

  test('does not go together with a prefix', async () => {
    expect(await fail(arn('db'), {}, 'prefixed')).toMatchObject({ code: 'INVALID_REQUEST', field: 'remoteRef.key' });
    expect(proxy.requests).toEqual([]);
  });
});

describe('the second look', () => {
  const second = (type: string): void => {
    proxy.script = ({ operation }) => (operation === 'DescribeSecret' ? awsError(400, type, 'no') : undefined);
  };

  test("without the right to it, AWS's first words count", async () => {
    second('AccessDeniedException');
    expect((await fail('nowhere')).code).toBe('SECRET_NOT_FOUND');
  });

  test('where it fails, nothing is known to be absent', async () => {
    second('ThrottlingException');
    expect((await fail('nowhere')).code).toBe('BACKEND_THROTTLED');
  });
});

test('tags of what is not there: an ordinary failure that says the same', async () => {
  const fetch = { metadataPolicy: 'Fetch' } as const;
  expect(await fail('nowhere', fetch)).toMatchObject({
    code: 'PROPERTY_NOT_FOUND',
    says: 'no tags to read: secret nowhere does not exist in AWS Secrets Manager in region eu-central-1 (ResourceNotFoundException)',
  });
  expect((await fail('db', { ...fetch, property: 'env' })).says).toBe('tag env does not exist in secret db');
});

describe('the log of the provider', () => {
  const lines = () => lab.log.map((line) => JSON.parse(line) as { backend?: unknown; msg: string });
  beforeEach(() => void (lab.log.length = 0));

  test.each([
    ['AccessDeniedException', 'ACCESS_DENIED'],
    ['ThrottlingException', 'BACKEND_THROTTLED'],
    ['InternalServiceError', 'BACKEND_UNAVAILABLE'],
    ['UnrecognizedClientException', 'CREDENTIALS_REJECTED'],
    ['SomethingNew', 'INVALID_REQUEST'],
    ['ResourceNotFoundException', 'SECRET_NOT_FOUND'],
  ])("has AWS's own code and request id: %s", async (type, code) => {
    const status = type === 'InternalServiceError' ? 500 : 400;
    proxy.script = () => ({ ...awsError(status, type, 'text'), requestId: `id-of-${type}` });
    const { code: said, says } = await fail('db');
    expect(said).toBe(code);
    expect(says).toContain(type);
    expect(says).not.toContain('id-of-');
    expect(lines()).toContainEqual(
      expect.objectContaining({ code, backend: { code: type, requestId: `id-of-${type}` } }),
    );
  });

  test('of one secret in a batch, too', async () => {
    const Errors = [{ SecretId: 'db', ErrorCode: 'DecryptionFailure', Message: 'text' }];
    proxy.script = ({ operation }) =>
      operation === 'BatchGetSecretValue'
        ? { status: 200, body: JSON.stringify({ SecretValues: [], Errors }), requestId: 'of-the-batch' }
        : undefined;
    expect((await refusedCall(lab.find('plain', { path: 'db', name: { regexp: '.' } }))).code).toBe('ACCESS_DENIED');
    expect(lines()).toContainEqual(
      expect.objectContaining({ backend: { code: 'DecryptionFailure', requestId: 'of-the-batch' } }),
    );
  });
});
