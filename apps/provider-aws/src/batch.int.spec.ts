import { CreateSecretCommand } from '@aws-sdk/client-secrets-manager';
import { PutParameterCommand } from '@aws-sdk/client-ssm';
import { isErrorCode } from '@eso/api/server';
import { awsError, AwsProxy, batchErrors, eventually } from '@eso/testing';
import { AwsLab, refusedCall, type RestOfRef } from './testing/aws-lab.ts';
import { Pushes } from './testing/pushes.ts';

let lab: AwsLab;
let proxy: AwsProxy;

const names = Array.from({ length: 23 }, (_, n) => `many-${n}`);
const MARK = { Key: 'managed-by', Value: 'external-secrets' };

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url, ssm: proxy.url, sts: url };
    },
  });
  lab.config('sm');
  lab.parameterStore('ps');
  const secret = (Name: string, more: object) => lab.aws.send(new CreateSecretCommand({ Name, ...more }));
  await secret('json', { SecretString: '{"a":"1","id":12345678901234567890}', Tags: [{ Key: 'team', Value: 'x' }] });
  await secret('bytes', { SecretBinary: Buffer.from('b') });
  await secret('empty', {});
  for (const name of names) {
    await secret(name, { SecretString: name });
    await lab.ssm.send(new PutParameterCommand({ Name: name, Value: name, Type: 'SecureString' }));
  }
  await lab.ssm.send(new PutParameterCommand({ Name: '/json', Value: '{"a":"1"}', Type: 'String' }));
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

const operations = () => proxy.requests.map(({ operation }) => operation);
const asked = (operation: string, field: string) =>
  proxy.of(operation).map(({ body }) => (JSON.parse(body) as Record<string, string[]>)[field]?.length);

/** What each reference is answered with: the value, or the code of the error. */
async function batch(config: string, ...refs: readonly (RestOfRef & { readonly key: string })[]) {
  const { outcomes } = await lab.provider.client.extension.batchGet({ ...lab.request(config), remoteRefs: [...refs] });
  return outcomes.map(({ outcome }) => {
    if (outcome.case === 'value') return Buffer.from(outcome.value).toString();
    if (outcome.case === 'error' && isErrorCode(outcome.value.code)) return outcome.value.code;
    return outcome.case;
  });
}
const keys = (list: readonly string[]) => list.map((key) => ({ key }));

describe('a batch of secrets', () => {
  test('is one request for twenty, each in its place [V3.1.2]', async () => {
    expect(await batch('sm', ...keys(names))).toEqual(names);
    expect(asked('BatchGetSecretValue', 'SecretIdList')).toEqual([20, 3]);
    expect(operations()).toHaveLength(2);
  });

  test('reads a secret once, whatever is asked of it, and alone without the right to batches [V3.1.2]', async () => {
    const refs = [{ property: 'a' }, { property: 'id' }, {}, { property: 'none' }].map((ref) => ({
      key: 'json',
      ...ref,
    }));
    expect(await batch('sm', ...refs)).toEqual([
      '1',
      '12345678901234567890',
      '{"a":"1","id":12345678901234567890}',
      'PROPERTY_NOT_FOUND',
    ]);
    expect(operations()).toEqual(['GetSecretValue']);
  });

  test('tells of each what is wrong with it, and of the others their values [V3.1.2]', async () => {
    const tags = { key: 'json', metadataPolicy: 'Fetch', property: 'team' } as const;
    const outcomes = await batch(
      'sm',
      ...keys(['bytes', 'nowhere', 'empty']),
      tags,
      { key: 'json', version: 'OTHER' },
      ...keys(['json', 'bytes']),
    );
    expect(outcomes).toEqual([
      'b',
      'SECRET_NOT_FOUND',
      'VERSION_NOT_FOUND',
      'x',
      'VERSION_NOT_FOUND',
      '{"a":"1","id":12345678901234567890}',
      'b',
    ]);
  });

  test('of which AWS refuses one by name says so of that one', async () => {
    proxy.script = async ({ operation }, forward) => {
      if (operation === 'BatchGetSecretValue')
        return batchErrors(forward, { bytes: ['AccessDeniedException', 'not authorized'] });
      return operation === 'GetSecretValue' ? awsError(400, 'AccessDeniedException', 'not authorized') : undefined;
    };
    expect(await batch('sm', ...keys(['json', 'bytes', 'many-0']))).toEqual([
      '{"a":"1","id":12345678901234567890}',
      'ACCESS_DENIED',
      'many-0',
    ]);
  });

  test('needs no right to batches; who has none is not asked for it again', async () => {
    lab.config('single');
    proxy.script = ({ operation }) =>
      operation === 'BatchGetSecretValue' ? awsError(400, 'AccessDeniedException', 'not authorized') : undefined;
    for (let n = 0; n < 2; n += 1)
      expect(await batch('single', ...keys(['many-0', 'many-1']))).toEqual(['many-0', 'many-1']);
    expect(proxy.of('BatchGetSecretValue')).toHaveLength(1);
    expect(proxy.of('GetSecretValue')).toHaveLength(4);
  });

  test('that AWS refuses for one bad name costs the others nothing, and the next one is asked for again', async () => {
    proxy.script = ({ operation, body }) =>
      operation === 'BatchGetSecretValue' && body.includes('bad name')
        ? awsError(400, 'InvalidParameterException')
        : undefined;
    const [value, bad] = await batch('sm', ...keys(['many-0', 'bad name']));
    expect([value, bad]).toEqual(['many-0', 'SECRET_NOT_FOUND']);
    expect(await batch('sm', ...keys(['many-0', 'many-1']))).toEqual(['many-0', 'many-1']);
    expect(proxy.of('BatchGetSecretValue')).toHaveLength(2);
  });

  test('that AWS throttles says so of each, and none is absent', async () => {
    proxy.script = () => awsError(400, 'ThrottlingException', 'Rate exceeded');
    expect(await batch('sm', ...keys(['many-0', 'nowhere']))).toEqual(['BACKEND_THROTTLED', 'BACKEND_THROTTLED']);
    expect(new Set(operations())).toEqual(new Set(['BatchGetSecretValue']));
  });

  test('whose keys AWS does not take fails as a whole', async () => {
    proxy.script = () => awsError(400, 'UnrecognizedClientException', 'no');
    expect((await refusedCall(batch('sm', ...keys(['many-0', 'many-1'])))).code).toBe('CREDENTIALS_REJECTED');
  });
});

describe('a batch of parameters', () => {
  test('is one request for ten, each in its place [V4.1.11]', async () => {
    expect(await batch('ps', ...keys(names))).toEqual(names);
    expect(asked('GetParameters', 'Names')).toEqual([10, 10, 3]);
    expect(operations()).toHaveLength(3);
  });

  test('says that a parameter is absent only where it is, asked alone [V4.1.11]', async () => {
    const outcomes = await batch(
      'ps',
      { key: '/json', property: 'a' },
      { key: '/json', version: '1' },
      { key: '/json', version: '7' },
      { key: 'nowhere' },
    );
    expect(outcomes).toEqual(['1', '{"a":"1"}', 'VERSION_NOT_FOUND', 'SECRET_NOT_FOUND']);
    expect(operations().sort()).toEqual(['GetParameter', 'GetParameter', 'GetParameter', 'GetParameters']);
  });

  test('needs no right to batches', async () => {
    lab.parameterStore('single');
    proxy.script = ({ operation }) =>
      operation === 'GetParameters' ? awsError(400, 'AccessDeniedException', 'not authorized') : undefined;
    for (let n = 0; n < 2; n += 1)
      expect(await batch('single', ...keys(['many-0', 'many-1']))).toEqual(['many-0', 'many-1']);
    expect(proxy.of('GetParameters')).toHaveLength(1);
  });
});

describe.each([
  ['sm', ['json', 'many-0'], 'BatchGetSecretValue', 'GetSecretValue'],
  ['ps', ['/json', 'many-0'], 'GetParameters', 'GetParameter'],
] as const)('a batch of %s that is answered with', (config, [first, second], many, one) => {
  test.each(['{}', 'null', '', '[]', '{"SecretValues":7,"Parameters":[null,{"Name":7}],"Errors":"x"}'])(
    '%j says nothing about any of them: each is asked for alone',
    async (body) => {
      proxy.script = ({ operation }) => (operation === many ? { status: 200, body } : undefined);
      const outcomes = await batch(config, ...keys([first, second]));
      expect(outcomes).toEqual([expect.stringContaining('"a":"1"'), 'many-0']);
      expect(proxy.of(one)).toHaveLength(2);
    },
  );
});

describe.each([
  ['sm', 'json', 'GetSecretValue', 'DescribeSecret'],
  ['ps', '/json', 'GetParameter', 'ListTagsForResource'],
])('within one sync, of %s,', (config, key, read, tags) => {
  const inSync = (traceId: string, rest: RestOfRef = {}) => {
    const request = lab.request(config);
    const ref = { ...request, providerRef: { ...request.providerRef, traceId: traceId.repeat(32) } };
    return lab.provider.client.store.getSecret({ ...ref, remoteRef: { key, ...rest } });
  };

  test('the same is read once, one after the other too, and anew in the next [V3.1.2] [V4.1.11]', async () => {
    for (const property of ['a', '', 'a']) await inSync('1', { property });
    expect(operations()).toEqual([read]);
    for (let n = 0; n < 2; n += 1) await inSync('1', { metadataPolicy: 'Fetch' });
    expect(operations()).toEqual([read, tags]);
    await inSync('2');
    expect(operations()).toEqual([read, tags, read]);
  });

  test('what was pushed is read anew', async () => {
    await inSync('3');
    await new Pushes(lab).push(config, `other-${config}`, { secretKey: 'k' });
    proxy.reset();
    await inSync('3');
    expect(operations()).toEqual([read]);
  });
});

test('a push does not share a read that began before it', async () => {
  await lab.aws.send(new CreateSecretCommand({ Name: 'moving', SecretString: 'old', Tags: [MARK] }));
  const gate = Promise.withResolvers<undefined>();
  let held = false;
  proxy.script = async ({ operation }, forward) => {
    if (operation !== 'GetSecretValue' || held) return undefined;
    held = true;
    const answer = await forward();
    await gate.promise;
    return answer;
  };
  const before = lab.get('sm', 'moving');
  await eventually(() => expect(held).toBe(true));
  await new Pushes(lab).push('sm', 'moving', { secretKey: 'k', data: { k: 'new' } });
  expect(await lab.get('sm', 'moving')).toBe('new');
  gate.resolve(undefined);
  expect(await before).toBe('old');
});
