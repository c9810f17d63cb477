import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  type CreateSecretCommandInput,
} from '@aws-sdk/client-secrets-manager';
import { Code } from '@connectrpc/connect';
import { AwsLab, refusedCall } from './testing/aws-lab.ts';

let lab: AwsLab;

const create = (input: CreateSecretCommandInput) => lab.aws.send(new CreateSecretCommand(input));

beforeAll(async () => {
  lab = await AwsLab.start();
  lab.config('plain');
  lab.config('prefixed', { prefix: 'app/' });
  await create({
    Name: 'app/db',
    SecretString: '{"user":{"name":"änn"},"a.b":"literal","a":{"b":"path"},"port":1.0,"off":null}',
  });
  await create({ Name: 'app/key', SecretBinary: Buffer.from([0, 255, 10]) });
  await create({
    Name: 'team/tagged',
    SecretString: 'tagged',
    Tags: [
      { Key: 'env', Value: 'a&b' },
      { Key: 'cost.center', Value: '7' },
    ],
  });
});

afterAll(() => lab.stop());

describe('GetSecret', () => {
  test.each([
    ['user.name', 'änn'],
    ['a.b', 'literal'],
    ['a\\.b', 'literal'],
    ['user', '{"name":"änn"}'],
    ['port', '1'],
    ['off', ''],
  ])('property %s [V3.1.5]', async (property, value) => {
    expect(await lab.get('plain', 'app/db', { property })).toBe(value);
  });

  test('the whole value, bytes as they are [V3.1.4]', async () => {
    const remoteRef = { key: 'app/key' };
    const { value } = await lab.provider.client.store.getSecret({ ...lab.request('plain'), remoteRef });
    expect([...value]).toEqual([0, 255, 10]);
  });

  test('the prefix stands before the key [V3.1.1]', async () => {
    expect(await lab.get('prefixed', 'db', { property: 'user.name' })).toBe('änn');
    expect(await refusedCall(lab.get('prefixed', 'app/db'))).toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });

  test('a version by ID and by stage [V3.1.3] [V3.7.6]', async () => {
    const first = await create({ Name: 'versions', SecretString: 'first' });
    await lab.aws.send(new PutSecretValueCommand({ SecretId: 'versions', SecretString: 'second' }));
    expect(await lab.get('plain', 'versions')).toBe('second');
    expect(await lab.get('plain', 'versions', { version: 'AWSPREVIOUS' })).toBe('first');
    expect(await lab.get('plain', 'versions', { version: `uuid/${first.VersionId}` })).toBe('first');
    expect(await refusedCall(lab.get('plain', 'versions', { version: 'NOSUCHSTAGE' }))).toMatchObject({
      status: Code.FailedPrecondition,
      code: 'VERSION_NOT_FOUND',
    });
  });

  test('a changed value is seen by the next call', async () => {
    await create({ Name: 'changing', SecretString: 'old' });
    expect(await lab.get('plain', 'changing')).toBe('old');
    await lab.aws.send(new PutSecretValueCommand({ SecretId: 'changing', SecretString: 'new' }));
    expect(await lab.get('plain', 'changing')).toBe('new');
  });

  test('tags instead of the value [V3.1.6]', async () => {
    const fetch = { metadataPolicy: 'Fetch' } as const;
    expect(await lab.get('plain', 'team/tagged', fetch)).toBe('{"cost.center":"7","env":"a\\u0026b"}');
    expect(await lab.get('plain', 'team/tagged', { ...fetch, property: 'cost.center' })).toBe('7');
    expect(await lab.map('plain', 'team/tagged', fetch)).toEqual({ env: 'a&b', 'cost.center': '7' });
  });
});

describe('what is absent', () => {
  test('a secret', async () => {
    expect(await refusedCall(lab.get('plain', 'nowhere'))).toMatchObject({
      status: Code.NotFound,
      code: 'SECRET_NOT_FOUND',
    });
    expect(await refusedCall(lab.map('plain', 'nowhere'))).toMatchObject({
      status: Code.NotFound,
      code: 'SECRET_NOT_FOUND',
    });
  });

  test('a secret that is marked for deletion', async () => {
    await create({ Name: 'leaving', SecretString: 'x' });
    await lab.aws.send(new DeleteSecretCommand({ SecretId: 'leaving' }));
    expect(await refusedCall(lab.get('plain', 'leaving'))).toMatchObject({
      status: Code.NotFound,
      code: 'SECRET_NOT_FOUND',
    });
  });

  test.each([
    ['app/db', 'user.age'],
    ['app/key', 'user'],
    ['team/tagged', 'user'],
  ])('a property is an ordinary failure: %s, %s [V3.1.5]', async (key, property) => {
    const { status, code, error } = await refusedCall(lab.get('plain', key, { property }));
    expect({ status, code }).toEqual({ status: Code.FailedPrecondition, code: 'PROPERTY_NOT_FOUND' });
    expect(error).toMatchObject({
      field: 'remoteRef.property',
      publicMessage: `key ${property} does not exist in secret ${key}`,
    });
  });

  test('a secret whose tags are asked for is no absent value [V3.1.6]', async () => {
    const { status } = await refusedCall(lab.get('plain', 'nowhere', { metadataPolicy: 'Fetch' }));
    expect(status).toBe(Code.FailedPrecondition);
  });
});

describe('GetSecretMap', () => {
  test('keeps the exact text of what is no string [V3.1.9] [V3.7.5]', async () => {
    expect(await lab.map('plain', 'app/db')).toEqual({
      user: '{"name":"änn"}',
      'a.b': 'literal',
      a: '{"b":"path"}',
      port: '1.0',
      off: '',
    });
    expect(await lab.map('plain', 'app/db', { property: 'user' })).toEqual({ name: 'änn' });
  });

  test('needs a JSON object, and does not quote what it got instead [V3.1.9]', async () => {
    const { code, error } = await refusedCall(lab.map('plain', 'team/tagged'));
    expect(code).toBe('NOT_AN_OBJECT');
    expect(error.publicMessage).toBe('secret team/tagged is not a JSON object');
  });
});
