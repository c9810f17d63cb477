import { GetParameterCommand, ListTagsForResourceCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { awsError, AwsProxy } from '@eso/testing';
import { AwsLab, refusedCall } from './testing/aws-lab.ts';
import { Pushes, type TestPush } from './testing/pushes.ts';

let lab: AwsLab;
let proxy: AwsProxy;
let pushes: Pushes;

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { ssm: proxy.url, sts: url };
    },
  });
  pushes = new Pushes(lab);
  lab.parameterStore('plain');
  lab.parameterStore('prefixed', { prefix: '/app/' });
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

const push = (config: string, remoteKey: string, pushed: TestPush = {}) => pushes.push(config, remoteKey, pushed);
const remove = (config: string, remoteKey: string) => pushes.delete(config, remoteKey);
const exists = (config: string, remoteKey: string) => pushes.exists(config, remoteKey);

async function stored(name: string) {
  const { Parameter } = await lab.ssm.send(new GetParameterCommand({ Name: name, WithDecryption: true }));
  return { value: Parameter?.Value, type: Parameter?.Type, version: Parameter?.Version };
}
async function tags(name: string) {
  const command = new ListTagsForResourceCommand({ ResourceType: 'Parameter', ResourceId: name });
  const { TagList = [] } = await lab.ssm.send(command);
  return Object.fromEntries(TagList.map(({ Key, Value }) => [Key ?? '', Value]));
}
const sent = (operation: string) => proxy.of(operation).map(({ body }) => JSON.parse(body) as Record<string, unknown>);

test('a new parameter is a String behind the prefix, with the mark of who manages it [V4.3.1] [V4.3.2]', async () => {
  await push('prefixed', 'new', { secretKey: 'k' });
  expect(await stored('/app/new')).toEqual({ value: 'v', type: 'String', version: 1 });
  expect(await tags('/app/new')).toEqual({ 'managed-by': 'external-secrets' });
  expect(sent('PutParameter')).toEqual([
    {
      Name: '/app/new',
      Value: 'v',
      Type: 'String',
      Overwrite: false,
      Tags: [{ Key: 'managed-by', Value: 'external-secrets' }],
    },
  ]);
});

test('a property is not looked at, neither in a push nor in a deletion [V4.5.1]', async () => {
  await push('plain', '/property', { secretKey: 'k', property: 'inner' });
  expect((await stored('/property')).value).toBe('v');
  const remoteRef = { remoteKey: '/property', property: 'inner' };
  await lab.provider.client.store.deleteSecret({ ...lab.request('plain'), remoteRef });
  expect(await exists('plain', '/property')).toBe(false);
});

test('Validate asks for a login and nothing of Parameter Store [V4.4.4]', async () => {
  const { valid } = await lab.provider.client.store.validate(lab.request('plain'));
  expect([valid, proxy.requests]).toEqual([true, []]);
});

test('a whole Secret is JSON of base64, or of texts with encodeAsDecoded [V4.3.4]', async () => {
  const data = { b: Buffer.from([0, 255]), a: 'ä' };
  await push('plain', '/whole', { data });
  expect((await stored('/whole')).value).toBe('{"a":"w6Q=","b":"AP8="}');
  await push('plain', '/decoded', { data: { b: '<1>', a: 'ä' }, spec: { encodeAsDecoded: true } });
  expect((await stored('/decoded')).value).toBe('{"a":"ä","b":"<1>"}');
});

test('a SecureString has its KMS key, a String none; the tier is sent when it is Advanced [V4.3.3]', async () => {
  const policies = [{ Type: 'NoChangeNotification', Version: '1.0', Attributes: { After: '7', Unit: 'Days' } }];
  const tier = { type: 'Advanced', policies };
  await push('plain', '/secure', { secretKey: 'k', spec: { secretType: 'SecureString', kmsKeyId: 'alias/own', tier } });
  await push('plain', '/default-key', { secretKey: 'k', spec: { secretType: 'SecureString' } });
  await push('plain', '/open', {
    secretKey: 'k',
    spec: { kmsKeyID: 'alias/own', tier: { type: 'Standard', policies } },
  });
  expect(sent('PutParameter')).toEqual([
    expect.objectContaining({ KeyId: 'alias/own', Tier: 'Advanced', Policies: JSON.stringify(policies) }),
    expect.objectContaining({ KeyId: 'alias/aws/ssm' }),
    expect.not.objectContaining({ KeyId: expect.anything() as unknown }),
  ]);
  for (const { Tier } of sent('PutParameter').slice(1)) expect(Tier).toBeUndefined();
  expect(await stored('/secure')).toMatchObject({ value: 'v', type: 'SecureString' });
});

test('an equal value is no write, whatever else differs; another one is a version with the tags that are wanted now [V4.3.6] [V4.3.7]', async () => {
  const description = 'of a push';
  await push('plain', '/tagged', { secretKey: 'k', spec: { tags: { a: '1', old: 'x' }, description } });
  proxy.reset();
  await push('plain', '/tagged', { secretKey: 'k', spec: { tags: { a: '2' }, secretType: 'SecureString' } });
  expect(proxy.requests.map(({ operation }) => operation)).toEqual(['GetParameter', 'ListTagsForResource']);
  await push('plain', '/tagged', { secretKey: 'k', data: { k: 'w' }, spec: { tags: { a: '2' } } });
  expect(await stored('/tagged')).toMatchObject({ value: 'w', version: 2 });
  expect(sent('PutParameter')).toEqual([expect.not.objectContaining({ Tags: expect.anything() as unknown })]);
  expect(await tags('/tagged')).toEqual({ a: '2', 'managed-by': 'external-secrets' });
});

test('where the tags cannot be changed no value is written, so that the next push does both', async () => {
  await push('plain', '/half', { secretKey: 'k' });
  proxy.script = ({ operation }) =>
    operation === 'AddTagsToResource' ? awsError(400, 'AccessDeniedException', 'not authorized') : undefined;
  const pushed = { secretKey: 'k', data: { k: 'w' }, spec: { tags: { a: '1' } } };
  expect((await refusedCall(push('plain', '/half', pushed))).code).toBe('ACCESS_DENIED');
  expect((await stored('/half')).value).toBe('v');
  proxy.reset();
  await push('plain', '/half', pushed);
  expect([(await stored('/half')).value, await tags('/half')]).toEqual([
    'w',
    { a: '1', 'managed-by': 'external-secrets' },
  ]);
});

test.each(['ParameterAlreadyExists', 'TooManyUpdates'])(
  '%s: somebody else wrote, and the call is repeated',
  async (type) => {
    proxy.script = ({ operation }) => (operation === 'PutParameter' ? awsError(400, type, 'no') : undefined);
    expect((await refusedCall(push('plain', '/raced', { secretKey: 'k' }))).code).toBe('CONFLICT');
  },
);

describe('a parameter of somebody else', () => {
  beforeAll(() => lab.ssm.send(new PutParameterCommand({ Name: '/foreign', Value: 'theirs', Type: 'String' })));

  test('is not written [V4.3.5]', async () => {
    const { code, error } = await refusedCall(push('plain', '/foreign', { secretKey: 'k' }));
    expect([code, error.field]).toEqual(['ALREADY_EXISTS', 'match.remoteRef.remoteKey']);
    expect(error.publicMessage).toContain('not managed by external-secrets');
    expect((await stored('/foreign')).value).toBe('theirs');
  });

  test('exists, and is not deleted [V4.4.2] [V4.4.3]', async () => {
    expect(await exists('plain', '/foreign')).toBe(true);
    await remove('plain', '/foreign');
    expect((await stored('/foreign')).value).toBe('theirs');
  });
});

test('what was pushed is deleted, once more without an error; what is absent does not exist [V4.4.1]', async () => {
  await push('plain', '/going', { secretKey: 'k' });
  expect(await exists('plain', '/going')).toBe(true);
  await remove('plain', '/going');
  await remove('plain', '/going');
  expect(await exists('plain', '/going')).toBe(false);
  expect(proxy.of('DeleteParameter')).toHaveLength(1);
  expect(sent('GetParameter').slice(1).map(({ WithDecryption }) => WithDecryption)).toEqual([false, false, false, false]); // prettier-ignore
});

test('a name that no parameter can have is not there, and deleted', async () => {
  for (const key of ['/a b', '/a:3']) {
    expect(await exists('plain', key)).toBe(false);
    await remove('plain', key);
  }
  expect(proxy.requests).toEqual([]);
});

test('a store that names the service pushes as well', async () => {
  lab.store('SecretStore', 'inline', { service: 'ParameterStore' });
  await push('inline', '/inline', { secretKey: 'k' });
  expect((await stored('/inline')).value).toBe('v');
  expect(await exists('inline', '/inline')).toBe(true);
});

test('a value that comes undecrypted cannot be compared [V4.3.8]', async () => {
  await push('plain', '/hidden', { secretKey: 'k' });
  proxy.reset();
  proxy.script = ({ operation }) =>
    operation === 'GetParameter'
      ? { status: 200, body: '{"Parameter":{"Name":"/hidden","Value":"sensitive"}}' }
      : undefined;
  const { code, error } = await refusedCall(push('plain', '/hidden', { secretKey: 'k', data: { k: 'w' } }));
  expect([code, proxy.of('PutParameter').length]).toEqual(['ACCESS_DENIED', 0]);
  expect(error.publicMessage).toContain('cannot be compared');
});

test.each<[string, string, TestPush, string, string]>([
  ['a name with a version', '/a:3', {}, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['a name with a space', '/a b', {}, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['levels without a / before them', 'a/b', {}, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['more levels than AWS takes', '/a'.repeat(16), {}, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['a name that AWS keeps to itself', '/AWS/a', {}, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['a name that begins with ssm', 'ssm.a', {}, 'INVALID_REQUEST', 'match.remoteRef.remoteKey'],
  ['no name', '', {}, 'INVALID_REQUEST', 'remoteKey'],
  ['a key that the Secret lacks', '/bad', { secretKey: 'other' }, 'INVALID_REQUEST', 'match.secretKey'],
  ['a binary value', '/bad', { secretKey: 'k', data: { k: Buffer.from([255]) } }, 'INVALID_REQUEST', 'match.secretKey'],
  [
    'a binary value among texts',
    '/bad',
    { data: { k: Buffer.from([255]) }, spec: { encodeAsDecoded: true } },
    'INVALID_REQUEST',
    'match.secretKey',
  ],
  ['an empty value', '/bad', { secretKey: 'k', data: { k: '' } }, 'INVALID_REQUEST', 'match.secretKey'],
  [
    'a value too large',
    '/bad',
    { secretKey: 'k', data: { k: 'x'.repeat(8_193) } },
    'LIMIT_EXCEEDED',
    'match.secretKey',
  ],
  [
    'a value too large for its tier',
    '/bad',
    { secretKey: 'k', data: { k: 'x'.repeat(4_097) }, spec: { tier: { type: 'Standard' } } },
    'LIMIT_EXCEEDED',
    'match.secretKey',
  ],
  ['a Secret too large', '/bad', { data: { k: 'x'.repeat(40_000) } }, 'LIMIT_EXCEEDED', 'match.secretKey'],
  ['metadata that are no envelope', '/bad', { metadata: '{}' }, 'INVALID_REQUEST', 'metadata.apiVersion'],
  ['a type that is none', '/bad', { spec: { secretType: 'Blob' } }, 'INVALID_REQUEST', 'metadata.spec.secretType'],
  ['a field that is not known', '/bad', { spec: { secretTyp: 'String' } }, 'INVALID_REQUEST', 'metadata.spec'],
  [
    'the mark as a tag',
    '/bad',
    { spec: { tags: { 'managed-by': 'me' } } },
    'INVALID_REQUEST',
    'metadata.spec.tags.managed-by',
  ],
])('%s is refused before AWS is asked [V4.3.9] [V4.3.10]', async (_, key, pushed, code, field) => {
  const refused = await refusedCall(push('plain', key, pushed));
  expect([refused.code, refused.error.field]).toEqual([code, expect.stringContaining(field)]);
  expect(refused.error.nextStep).not.toBe('');
  expect(proxy.requests).toEqual([]);
});

test('where AWS refuses a value that only an advanced parameter holds, the tier is what may help', async () => {
  proxy.script = ({ operation }) => (operation === 'PutParameter' ? awsError(400, 'ValidationException') : undefined);
  const long = { secretKey: 'k', data: { k: 'x'.repeat(4_097) } };
  expect((await refusedCall(push('plain', '/long', long))).error.nextStep).toContain('metadata.spec.tier.type');
  const advanced = { ...long, spec: { tier: { type: 'Advanced' } } };
  expect((await refusedCall(push('plain', '/long', advanced))).error.nextStep).not.toContain('tier');
});

test("AWS's text is not passed on where it may quote the value, its name is; neither is in the log", async () => {
  lab.log.length = 0;
  const value = 'never-to-be-seen';
  proxy.script = ({ operation }) =>
    operation === 'PutParameter'
      ? awsError(400, 'ValidationException', `Value '${value}' at 'value' failed to satisfy constraint`)
      : undefined;
  const { code, error } = await refusedCall(push('plain', '/quoted', { secretKey: 'k', data: { k: value } }));
  expect(code).toBe('INVALID_REQUEST');
  expect(error.publicMessage).toContain('cannot write parameter /quoted: AWS answered ValidationException');
  expect(JSON.stringify([error.publicMessage, error.nextStep, lab.log])).not.toContain(value);
  expect(lab.log.join()).toContain('ValidationException');
});
