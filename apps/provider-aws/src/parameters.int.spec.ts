import { LabelParameterVersionCommand, PutParameterCommand, type PutParameterCommandInput } from '@aws-sdk/client-ssm';
import { Code } from '@connectrpc/connect';
import { awsError, AwsProxy } from '@eso/testing';
import { AwsLab, refusedCall, REGION } from './testing/aws-lab.ts';

let lab: AwsLab;
let proxy: AwsProxy;

const put = (input: Partial<PutParameterCommandInput> & { Name: string; Value: string }) =>
  lab.ssm.send(new PutParameterCommand({ Type: 'String', ...input }));
const arn = (name: string, region = REGION) => `arn:aws:ssm:${region}:123456789012:parameter${name}`;

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { ssm: proxy.url, sts: url };
    },
  });
  lab.parameterStore('plain');
  lab.parameterStore('prefixed', { prefix: '/app/' });
  lab.store('SecretStore', 'inline', { service: 'ParameterStore', prefix: '/app/' });
  await put({
    Name: '/app/db',
    Value: '{"user":{"name":"änn"},"a.b":"literal","a":{"b":"path"},"port":1.0,"id":123456789012345678901,"off":null}',
  });
  await put({
    Name: '/app/secure',
    Value: 'hidden',
    Type: 'SecureString',
    Tags: [
      { Key: 'env', Value: 'a&b' },
      { Key: 'cost.center', Value: '7' },
    ],
  });
  await put({ Name: 'versions', Value: 'first' });
  await put({ Name: 'versions', Value: 'second', Overwrite: true });
  await lab.ssm.send(new LabelParameterVersionCommand({ Name: 'versions', ParameterVersion: 1, Labels: ['blue'] }));
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

describe('GetSecret', () => {
  test('the value, a SecureString decrypted, behind the prefix [V4.1.1] [V4.1.2]', async () => {
    expect(await lab.get('prefixed', 'secure')).toBe('hidden');
    expect(proxy.of('GetParameter').map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { Name: '/app/secure', WithDecryption: true },
    ]);
    expect(await refusedCall(lab.get('prefixed', '/app/secure'))).toMatchObject({ code: 'SECRET_NOT_FOUND' });
  });

  test('a SecretStore whose service is ParameterStore reads as the config object does', async () => {
    expect(await lab.get('inline', 'secure')).toBe('hidden');
    expect(await lab.map('inline', 'db', { property: 'user' })).toEqual({ name: 'änn' });
    expect(Object.keys(await lab.find('inline', { name: { regexp: 'secure' } }))).toEqual(['/app/secure']);
  });

  test('calls are counted under the service that the store names, as dashboards know it [6.4.2]', async () => {
    const name =
      'externalsecret_provider_api_calls_count{provider="AWS/ParameterStore",call="GetParameter",status="success"}';
    const counted = async (): Promise<number> => {
      const line = (await lab.provider.registry.metrics()).split('\n').find((text) => text.startsWith(name));
      return Number(line?.slice(name.length) ?? 0);
    };
    const before = await counted();
    await lab.get('inline', 'secure');
    expect(await counted()).toBe(before + 1);
  });

  test('a version by number and by label, the latest without one [V4.1.3]', async () => {
    expect(await lab.get('plain', 'versions')).toBe('second');
    expect(await lab.get('plain', 'versions', { version: '1' })).toBe('first');
    expect(await lab.get('plain', 'versions', { version: 'blue' })).toBe('first');
  });

  test.each([
    ['user.name', 'änn'],
    ['a.b', 'literal'],
    ['a\\.b', 'literal'],
    ['user', '{"name":"änn"}'],
    ['off', ''],
  ])('property %s [V4.1.6]', async (property, value) => {
    expect(await lab.get('plain', '/app/db', { property })).toBe(value);
  });

  test('tags instead of the value, those of the parameter whichever version is asked for [V4.1.8]', async () => {
    const fetch = { metadataPolicy: 'Fetch' } as const;
    expect(await lab.get('plain', '/app/secure', fetch)).toBe('{"cost.center":"7","env":"a\\u0026b"}');
    expect(await lab.get('plain', '/app/secure', { ...fetch, version: '1', property: 'cost.center' })).toBe('7');
    expect(proxy.of('ListTagsForResource').map(({ body }) => JSON.parse(body) as unknown)).toEqual(
      [1, 2].map(() => ({ ResourceType: 'Parameter', ResourceId: '/app/secure' })),
    );
    const { status, code } = await refusedCall(lab.get('plain', '/nowhere', fetch));
    expect([status, code]).toEqual([Code.FailedPrecondition, 'PROPERTY_NOT_FOUND']);
  });

  test('an ARN as key, and none behind a prefix [V4.1.9]', async () => {
    expect(await lab.get('plain', arn('/app/secure'))).toBe('hidden');
    const { code, error } = await refusedCall(lab.get('prefixed', arn('/app/secure')));
    expect([code, error.field]).toEqual(['INVALID_REQUEST', 'remoteRef.key']);
    expect(error.nextStep).toContain('spec.prefix');
  });
});

describe('what is absent', () => {
  test('a parameter, for a value and for a map [V4.1.4]', async () => {
    for (const call of [lab.get('plain', '/nowhere'), lab.map('plain', '/nowhere'), lab.get('plain', arn('/nowhere'))])
      expect(await refusedCall(call)).toMatchObject({ status: Code.NotFound, code: 'SECRET_NOT_FOUND' });
    expect(await refusedCall(lab.get('plain', '/nowhere', { version: 'blue' }))).toMatchObject({
      code: 'SECRET_NOT_FOUND',
    });
  });

  test.each(['9', 'green'])('version %s of a parameter that exists is no absent secret [V4.1.5]', async (version) => {
    const { status, code, error } = await refusedCall(lab.get('plain', 'versions', { version }));
    expect([status, code]).toEqual([Code.FailedPrecondition, 'VERSION_NOT_FOUND']);
    expect(error).toMatchObject({ field: 'remoteRef.version' });
    expect(error.publicMessage).toContain(`parameter versions has no version ${version}`);
  });

  test('a label that AWS answers as an absent parameter is one only when AWS knows no such parameter', async () => {
    proxy.script = ({ body }) =>
      body.includes('versions:green') ? awsError(400, 'ParameterNotFound', '') : awsError(400, 'AccessDeniedException');
    const { code } = await refusedCall(lab.get('plain', 'versions', { version: 'green' }));
    expect(code).toBe('ACCESS_DENIED');
  });

  test('an ARN of another region says nothing about what is absent', async () => {
    proxy.script = () => awsError(400, 'ParameterNotFound', '');
    const { code, error } = await refusedCall(lab.get('plain', arn('/app/secure', 'us-east-1')));
    expect([code, error.field]).toEqual(['INVALID_REQUEST', 'remoteRef.key']);
    expect(error.publicMessage).toContain('region us-east-1');
  });

  test('a parameter without a value is an ordinary failure', async () => {
    proxy.script = () => ({ status: 200, body: '{"Parameter":{"Name":"/app/db"}}' });
    expect((await refusedCall(lab.get('plain', '/app/db'))).code).toBe('VERSION_NOT_FOUND');
  });

  test('a property is an ordinary failure [V4.1.7]', async () => {
    for (const [key, property] of [
      ['/app/db', 'user.age'],
      ['/app/secure', 'user'],
    ] as const) {
      const { status, code, error } = await refusedCall(lab.get('plain', key, { property }));
      expect([status, code, error.field]).toEqual([
        Code.FailedPrecondition,
        'PROPERTY_NOT_FOUND',
        'remoteRef.property',
      ]);
    }
  });
});

describe('GetSecretMap', () => {
  test('keeps the exact text of what is no string [V4.1.10]', async () => {
    expect(await lab.map('plain', '/app/db')).toEqual({
      user: '{"name":"änn"}',
      'a.b': 'literal',
      a: '{"b":"path"}',
      port: '1.0',
      id: '123456789012345678901',
      off: '',
    });
  });

  test('needs a JSON object, and does not quote what it got instead', async () => {
    const { code, error } = await refusedCall(lab.map('plain', '/app/secure'));
    expect(code).toBe('NOT_AN_OBJECT');
    expect(`${error.publicMessage} ${error.nextStep}`).not.toContain('hidden');
  });
});

test.each([
  ['ThrottlingException', 'BACKEND_THROTTLED'],
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['ExpiredTokenException', 'CREDENTIALS_REJECTED'],
  ['ValidationException', 'INVALID_REQUEST'],
  ['InternalServerError', 'BACKEND_UNAVAILABLE'],
])('%s is %s', async (type, expected) => {
  proxy.script = () => awsError(type === 'InternalServerError' ? 500 : 400, type);
  const { code, error } = await refusedCall(lab.get('plain', '/app/db'));
  expect(code).toBe(expected);
  expect(`${error.publicMessage} ${error.nextStep}`).not.toContain('INTERNAL');
});
