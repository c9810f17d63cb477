import { DeleteSecretCommand } from '@aws-sdk/client-secrets-manager';
import { awsError } from '@eso/testing';
import { refusedCall } from './testing/aws-lab.ts';
import { MARK, PushLab } from './testing/push-lab.ts';
import type { TestPush } from './testing/pushes.ts';

let at: PushLab;
const push = (remoteKey: string, pushed: TestPush = {}, config = 'plain') => at.pushes.push(config, remoteKey, pushed);

const FIRST = '00000000-0000-0000-0000-000000000001';

beforeAll(async () => {
  at = await PushLab.start();
});

beforeEach(() => at.proxy.reset());

afterAll(() => at.stop());

describe('a new secret', () => {
  test('is binary, has the mark, the defaults and the fixed token of a first version [V3.3.1] [V3.3.2] [V3.7.1]', async () => {
    await push('new', { secretKey: 'k' }, 'prefixed');
    expect(at.operations).toEqual(['DescribeSecret', 'CreateSecret']);
    expect(at.sent('CreateSecret')).toEqual([
      {
        Name: 'app/new',
        SecretBinary: Buffer.from('v').toString('base64'),
        Tags: [MARK],
        Description: "secret 'managed-by:external-secrets'",
        KmsKeyId: 'alias/aws/secretsmanager',
        ClientRequestToken: FIRST,
      },
    ]);
    expect(await at.stored('app/new')).toEqual({ text: undefined, binary: 'v', version: FIRST });
  });

  test('has what the metadata say, with names of fields in any case [V3.3.1]', async () => {
    const spec = { tags: { team: 'a b' }, description: 'mine', secretPushFormat: 'string', kmsKeyId: 'alias/own' };
    await push('described', { secretKey: 'k', spec: { ...spec, replicationLocations: ['us-east-1', 'us-east-1'] } });
    expect(at.sent('CreateSecret')).toEqual([
      {
        Name: 'described',
        SecretString: 'v',
        Tags: [{ Key: 'team', Value: 'a b' }, MARK],
        Description: 'mine',
        KmsKeyId: 'alias/own',
        ClientRequestToken: FIRST,
        AddReplicaRegions: [{ Region: 'us-east-1', KmsKeyId: 'alias/own' }],
      },
    ]);
  });

  test('is a JSON object of the whole Secret, or of one property [V3.3.3] [V3.3.4]', async () => {
    await push('whole', { data: { b: '<1>', a: 'ä' } });
    expect((await at.stored('whole')).binary).toBe('{"a":"ä","b":"<1>"}');
    await push('property', { secretKey: 'k', property: 'db.password' });
    expect((await at.stored('property')).binary).toBe('{"db":{"password":"v"}}');
  });

  test('that somebody else creates meanwhile with another value is a conflict, after which the call ends right [V3.3.9]', async () => {
    at.proxy.script = async ({ operation }) => {
      if (operation === 'CreateSecret')
        await at.create('raced', { SecretString: 'x', Tags: [MARK], ClientRequestToken: FIRST });
      return undefined;
    };
    const { code, error } = await refusedCall(push('raced', { secretKey: 'k' }));
    expect([code, error.retryable, error.field]).toEqual(['CONFLICT', true, 'match.remoteRef.remoteKey']);
    at.proxy.reset();
    await push('raced', { secretKey: 'k' });
    expect((await at.stored('raced')).binary).toBe('v');
  });
});

describe('a secret that exists', () => {
  test('without a value gets its first one without a look at what is not there [V3.3.6]', async () => {
    await at.create('terraform', { Tags: [MARK] });
    await push('terraform', { secretKey: 'k' });
    expect(at.operations).toEqual(['DescribeSecret', 'DeleteResourcePolicy', 'PutSecretValue']);
    expect(at.sent('PutSecretValue')).toMatchObject([{ ClientRequestToken: FIRST }]);
    expect((await at.stored('terraform')).binary).toBe('v');
  });

  test('with the same value, as text or as bytes, gets no new version [V3.3.8] [V3.7.3]', async () => {
    for (const [id, value] of [
      ['same-text', { SecretString: 'v' }],
      ['same-bytes', { SecretBinary: Buffer.from('v') }],
    ] as const) {
      await at.create(id, { Tags: [MARK], ...value });
      for (const secretPushFormat of ['string', 'binary'])
        await push(id, { secretKey: 'k', spec: { secretPushFormat, kmsKeyID: 'alias/other', description: 'other' } });
      expect(at.proxy.of('PutSecretValue')).toEqual([]);
    }
  });

  test('with another value gets a version with a token of its own, in the format that is asked for [V3.3.10]', async () => {
    await push('changed', { secretKey: 'k' });
    await push('changed', { secretKey: 'k', data: { k: 'w' }, spec: { secretPushFormat: 'string' } });
    expect(await at.stored('changed')).toMatchObject({ text: 'w', binary: undefined });
    expect((await at.stored('changed', 'AWSPREVIOUS')).binary).toBe('v');
    const [{ ClientRequestToken: token } = {}] = at.sent('PutSecretValue');
    expect(token).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect(token).not.toBe(FIRST);
  });

  test('loses no property to another process that writes one at the same time: one of the two is told, and repeats [V3.3.9]', async () => {
    // Another store is another backend, as in another replica of the provider: neither waits for the other.
    at.lab.config('replica');
    await at.create('shared', { SecretString: '{"kept":"0"}', Tags: [MARK] });
    at.proxy.script = async ({ operation }) => {
      if (operation !== 'PutSecretValue') return undefined;
      at.proxy.script = () => undefined;
      await push('shared', { secretKey: 'k', property: 'theirs', data: { k: '1' } }, 'replica');
      return undefined;
    };
    const own = { secretKey: 'k', property: 'ours', data: { k: '2' } };
    const { code, error } = await refusedCall(push('shared', own));
    expect([code, error.retryable, error.field]).toEqual(['CONFLICT', true, 'match.remoteRef.remoteKey']);
    await push('shared', own);
    expect(JSON.parse((await at.stored('shared')).binary!)).toEqual({ kept: '0', theirs: '1', ours: '2' });
  });

  test.each([
    ['text', { SecretString: '{ "id": 12345678901234567890, "n":1.0,\n "k" : "old" }' }],
    ['bytes', { SecretBinary: Buffer.from('{ "id": 12345678901234567890, "n":1.0,\n "k" : "old" }') }],
  ])('of JSON in %s keeps the text of all but the property [V3.3.7] [V3.7.2]', async (kind, value) => {
    const id = `json-${kind}`;
    await at.create(id, { Tags: [MARK], ...value });
    await push(id, { secretKey: 'k', property: 'k' });
    expect((await at.stored(id)).binary).toBe('{ "id": 12345678901234567890, "n":1.0,\n "k" : "v" }');
    at.proxy.reset();
    await push(id, { secretKey: 'k', property: 'k' });
    expect(at.proxy.of('PutSecretValue')).toEqual([]);
  });

  test('a dot in a property is a step of a path, and escaped a part of a key [V3.7.4]', async () => {
    await push('dots', { secretKey: 'k', property: 'a.b' });
    await push('dots', { secretKey: 'k', property: 'a\\.b', data: { k: 'w' } });
    expect((await at.stored('dots')).binary).toBe('{"a":{"b":"v"},"a.b":"w"}');
    expect(await at.lab.get('plain', 'dots', { property: 'a.b' })).toBe('w');
  });

  test('of somebody else is not touched [V3.3.5]', async () => {
    await at.create('foreign', { SecretString: 'theirs' });
    const spec = { tags: { a: '1' }, replicationLocations: ['us-east-1'] };
    const { code, error } = await refusedCall(push('foreign', { secretKey: 'k', spec }));
    expect([code, error.field]).toEqual(['ALREADY_EXISTS', 'match.remoteRef.remoteKey']);
    expect(error.publicMessage).toMatch(/^secret not managed by external-secrets: foreign /);
    expect(at.operations).toEqual(['DescribeSecret']);
  });

  test('and is scheduled for deletion is said to be so, also where another call learns of it [V3.3.11]', async () => {
    await push('leaving', { secretKey: 'k' });
    await at.lab.aws.send(new DeleteSecretCommand({ SecretId: 'leaving' }));
    const text = "You can't create this secret because a secret with this name is already scheduled for deletion.";
    for (const script of [
      () => undefined,
      ({ operation }: { readonly operation: string }) =>
        operation === 'DescribeSecret'
          ? awsError(400, 'ResourceNotFoundException')
          : awsError(400, 'InvalidRequestException', text),
    ]) {
      at.proxy.script = script;
      const { code, error } = await refusedCall(push('leaving', { secretKey: 'k' }));
      expect([code, error.field]).toEqual(['ALREADY_EXISTS', 'match.remoteRef.remoteKey']);
      expect(error.publicMessage).toContain('scheduled for deletion');
      expect(error.nextStep).toContain('restore the secret');
    }
    expect(await at.pushes.exists('plain', 'leaving')).toBe(false);
  });

  test('two properties at the same time both arrive [V3.3.9]', async () => {
    await push('both', { secretKey: 'k', property: 'start' });
    const names = ['a', 'b', 'c', 'd'];
    await Promise.all(names.map((property) => push('both', { secretKey: 'k', property })));
    const found = JSON.parse((await at.stored('both')).binary ?? '') as Record<string, string>;
    expect(Object.keys(found).sort()).toEqual([...names, 'start']);
  });
});

describe('an answer that does not say enough', () => {
  const half =
    '{"ARN":"arn:x","Tags":[{"Key":"managed-by","Value":"external-secrets"}],"VersionIdsToStages":{"a":null}}';

  beforeAll(() => push('half', { secretKey: 'k', property: 'kept' }));

  test.each([
    ['DescribeSecret', '{}'],
    ['DescribeSecret', half],
    ['DescribeSecret', '{"ARN":"arn:x","VersionIdsToStages":7}'],
    ['GetSecretValue', '{}'],
    ['GetSecretValue', 'null'],
    ['GetSecretValue', ''],
  ])('to %s (%j) leads to no write over what was not seen', async (asked, body) => {
    at.proxy.script = ({ operation }) => (operation === asked ? { status: 200, body } : undefined);
    const { code, error } = await refusedCall(push('half', { secretKey: 'k', property: 'p' }));
    expect([code, error.retryable]).toEqual(['BACKEND_UNAVAILABLE', true]);
    expect(error.publicMessage).toContain(`answered ${asked} without the `);
    at.proxy.reset();
    expect((await at.stored('half')).binary).toBe('{"kept":"v"}');
  });

  test('a value that is gone since is a conflict, not an empty secret', async () => {
    at.proxy.script = ({ operation }) =>
      operation === 'GetSecretValue' ? awsError(400, 'ResourceNotFoundException') : undefined;
    expect((await refusedCall(push('half', { secretKey: 'k', property: 'p' }))).code).toBe('CONFLICT');
    at.proxy.reset();
    expect((await at.stored('half')).binary).toBe('{"kept":"v"}');
  });
});
