import { DeleteParameterCommand, PutParameterCommand } from '@aws-sdk/client-ssm';
import { awsError, AwsProxy } from '@eso/testing';
import { AwsLab, refusedCall } from './testing/aws-lab.ts';

let lab: AwsLab;
let proxy: AwsProxy;

async function put(name: string, value: string, tags: Record<string, string> = {}): Promise<void> {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  await lab.ssm.send(new PutParameterCommand({ Name: name, Value: value, Type: 'SecureString', Tags }));
}

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { ssm: proxy.url, sts: url };
    },
  });
  lab.parameterStore('plain');
  lab.parameterStore('prefixed', { prefix: '/app/' });
  await put('/app/db', 'one', { env: 'test', team: 'a' });
  await put('/app/deep/web', 'two', { env: 'prod', team: 'a' });
  await put('/web/app', 'three', { env: 'test', team: 'b' });
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

test('by name: an expression that matches anywhere, full names as keys, the prefix of the config not looked at [V4.2.2] [V4.2.6]', async () => {
  expect(await lab.find('prefixed', { name: { regexp: 'app/' } })).toEqual({
    '/app/db': 'one',
    '/app/deep/web': 'two',
  });
  expect(proxy.requests.map(({ operation, body }) => [operation, JSON.parse(body) as unknown])).toEqual([
    ['GetParametersByPath', { Path: '/', Recursive: true, WithDecryption: true, MaxResults: 10 }],
  ]);
});

test('by name and path, at any depth below it', async () => {
  expect(await lab.find('plain', { name: { regexp: '.' }, path: '/app' })).toEqual({
    '/app/db': 'one',
    '/app/deep/web': 'two',
  });
  expect(await lab.find('plain', { name: { regexp: 'web$' }, path: '/app' })).toEqual({ '/app/deep/web': 'two' });
});

test.each<[Record<string, string>, string | undefined, Record<string, string>]>([
  [{ env: 'test' }, undefined, { '/app/db': 'one', '/web/app': 'three' }],
  [{ env: 'test', team: 'a' }, undefined, { '/app/db': 'one' }],
  [{ env: 'test' }, '/web', { '/web/app': 'three' }],
])('by tags %j and path %p [V4.2.5]', async (tags, path, found) => {
  expect(await lab.find('plain', { tags, ...(path ? { path } : {}) })).toEqual(found);
});

test('by tags and name: both have to hold [V4.2.4]', async () => {
  expect(await lab.find('plain', { tags: { team: 'a' }, name: { regexp: 'db' } })).toEqual({ '/app/db': 'one' });
});

test('nothing found is an empty map', async () => {
  expect(await lab.find('plain', { name: { regexp: 'nothing' } })).toEqual({});
  expect(await lab.find('plain', { tags: { env: 'nothing' } })).toEqual({});
});

test.each([{}, { path: '/app' }])('neither name nor tags is refused: %j [V4.2.1]', async (find) => {
  const { code, error } = await refusedCall(lab.find('plain', find));
  expect(code).toBe('INVALID_REQUEST');
  expect(error.publicMessage).toContain('unexpected find operator');
});

test('a path that is none is refused before AWS is asked', async () => {
  const { code, error } = await refusedCall(lab.find('plain', { name: { regexp: '.' }, path: 'app' }));
  expect([code, error.field]).toEqual(['INVALID_REQUEST', 'find.path']);
  expect(proxy.requests).toEqual([]);
});

describe('who may not read by path', () => {
  const denied = () => {
    proxy.script = ({ operation }) =>
      operation === 'GetParametersByPath'
        ? awsError(400, 'AccessDeniedException', 'User: x is not authorized')
        : undefined;
  };

  test('is told by descriptions, and reads one by one [V4.2.3]', async () => {
    denied();
    expect(await lab.find('plain', { name: { regexp: 'web' }, path: '/app' })).toEqual({ '/app/deep/web': 'two' });
    expect(proxy.of('DescribeParameters').map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { MaxResults: 50, ParameterFilters: [{ Key: 'Path', Option: 'Recursive', Values: ['/app'] }] },
    ]);
    expect(proxy.of('GetParameter')).toHaveLength(1);
  });

  test('and may not describe either, is refused', async () => {
    proxy.script = () => awsError(400, 'AccessDeniedException', 'User: x is not authorized');
    const { code, error } = await refusedCall(lab.find('plain', { name: { regexp: '.' } }));
    expect([code, error.field]).toEqual(['ACCESS_DENIED', 'find']);
  });
});

test.each([
  ['AccessDeniedException', 'ACCESS_DENIED'],
  ['InvalidKeyId', 'INVALID_REQUEST'],
])('one parameter that cannot be read (%s) fails the whole find: a part must not pass for all', async (type, code) => {
  proxy.script = ({ operation, body }) =>
    operation === 'GetParameter' && body.includes('web') ? awsError(400, type, 'no') : undefined;
  const refused = await refusedCall(lab.find('plain', { tags: { team: 'a' } }));
  expect(refused.code).toBe(code);
  expect(refused.error.publicMessage).toContain('/app/deep/web');
});

test('a parameter that was deleted since it was listed is left out, with a line in the log', async () => {
  await put('/leaving', 'x', { kind: 'leaving' });
  lab.log.length = 0;
  proxy.script = async ({ operation }) => {
    if (operation === 'GetParameter') await lab.ssm.send(new DeleteParameterCommand({ Name: '/leaving' }));
    return undefined;
  };
  expect(await lab.find('plain', { tags: { kind: 'leaving' } })).toEqual({});
  expect(lab.log.filter((line) => line.includes('find leaves out'))).toEqual([
    expect.stringContaining('"parameters":["/leaving"]'),
  ]);
});

test('all pages are read, the empty ones in between and at the end among them [V4.2.7]', async () => {
  await Promise.all(Array.from({ length: 20 }, (_, n) => put(`/many/${n}`, String(n))));
  const wanted = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`/many/${n}`, String(n)]));
  let pages = 0;
  proxy.script = ({ operation }) =>
    operation === 'GetParametersByPath' && ++pages === 1
      ? { status: 200, body: JSON.stringify({ Parameters: [], NextToken: '0' }) }
      : undefined;
  expect(await lab.find('plain', { name: { regexp: '.' }, path: '/many' })).toEqual(wanted);
  expect(proxy.of('GetParametersByPath').length).toBeGreaterThan(2);
});
