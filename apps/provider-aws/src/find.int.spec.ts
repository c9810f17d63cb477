import { CreateSecretCommand, type CreateSecretCommandInput } from '@aws-sdk/client-secrets-manager';
import { awsError, AwsProxy } from './testing/aws-proxy.ts';
import { AwsLab, refusal } from './testing/aws-lab.ts';

let lab: AwsLab;
let proxy: AwsProxy;

const create = (input: CreateSecretCommandInput) => lab.aws.send(new CreateSecretCommand(input));
const tags = (record: Record<string, string>) => Object.entries(record).map(([Key, Value]) => ({ Key, Value }));

beforeAll(async () => {
  lab = await AwsLab.start({
    endpoints: async (url) => {
      proxy = await AwsProxy.start(url);
      return { secretsManager: proxy.url };
    },
  });
  lab.config('plain');
  lab.config('prefixed', { prefix: 'app/' });
  await create({ Name: 'app/db', SecretString: 'one', Tags: tags({ env: 'test', team: 'a' }) });
  await create({ Name: 'app/web', SecretBinary: Buffer.from('two'), Tags: tags({ env: 'prod', team: 'a' }) });
  await create({ Name: 'web/app', SecretString: 'three', Tags: tags({ env: 'test', team: 'b' }) });
});

beforeEach(() => proxy.reset());

afterAll(async () => {
  await lab.stop();
  await proxy.stop();
});

test('by name: an expression that matches anywhere, full names as keys', async () => {
  expect(await lab.find('plain', { name: { regexp: 'app/' } })).toEqual({ 'app/db': 'one', 'app/web': 'two' });
  expect(await lab.find('plain', { name: { regexp: '(?i)APP$' } })).toEqual({ 'web/app': 'three' });
  expect(proxy.of('BatchGetSecretValue')).toEqual([]);
});

test('by name and path: the path is a prefix that AWS looks at', async () => {
  expect(await lab.find('plain', { name: { regexp: 'web' }, path: 'app' })).toEqual({ 'app/web': 'two' });
  expect(proxy.of('ListSecrets')).toEqual([]);
});

test.each<[Record<string, string>, string | undefined, Record<string, string>]>([
  [{ env: 'test' }, undefined, { 'app/db': 'one', 'web/app': 'three' }],
  [{ env: 'test', team: 'a' }, undefined, { 'app/db': 'one' }],
  [{ env: 'test' }, 'web', { 'web/app': 'three' }],
])('by tags %j and path %p', async (wanted, path, found) => {
  expect(await lab.find('plain', { tags: wanted, ...(path ? { path } : {}) })).toEqual(found);
});

test('by tags and name', async () => {
  expect(await lab.find('plain', { tags: { team: 'a' }, name: { regexp: 'db' } })).toEqual({ 'app/db': 'one' });
});

test('nothing found is an empty map', async () => {
  expect(await lab.find('plain', { name: { regexp: 'nothing' } })).toEqual({});
  expect(await lab.find('plain', { tags: { env: 'nothing' } })).toEqual({});
});

test('the prefix of the config does not get in the way', async () => {
  expect(await lab.find('prefixed', { name: { regexp: 'db' } })).toEqual({ 'app/db': 'one' });
});

test.each([{}, { path: 'app' }])('neither name nor tags is refused: %j', async (find) => {
  const { code, error } = await refusal(lab.find('plain', find));
  expect(code).toBe('INVALID_REQUEST');
  expect(error.publicMessage).toContain('unexpected find operator');
});

test('a secret without a value does not hide the others', async () => {
  proxy.script = ({ operation, body }) =>
    operation === 'GetSecretValue' && body.includes('app/web') ? awsError(400, 'ResourceNotFoundException') : undefined;
  expect(await lab.find('plain', { name: { regexp: 'app/' } })).toEqual({ 'app/db': 'one' });
});

test('failures of single secrets in a batch are left out', async () => {
  const SecretValues = [{ Name: 'app/db', SecretString: 'one' }];
  const Errors = [{ SecretId: 'app/web', ErrorCode: 'DecryptionFailure', Message: 'no' }];
  proxy.script = () => ({ status: 200, body: JSON.stringify({ SecretValues, Errors }) });
  expect(await lab.find('plain', { tags: { team: 'a' } })).toEqual({ 'app/db': 'one' });
});

test('a failure of one value fails the whole find: a part must not pass for all', async () => {
  proxy.script = ({ operation, body }) =>
    operation === 'GetSecretValue' && body.includes('app/web') ? awsError(400, 'AccessDeniedException') : undefined;
  expect(await refusal(lab.find('plain', { name: { regexp: 'app/' } }))).toMatchObject({ code: 'ACCESS_DENIED' });
});

test('all pages are read', async () => {
  await Promise.all(Array.from({ length: 110 }, (_, n) => create({ Name: `many/${n}`, SecretString: String(n) })));
  const wanted = Object.fromEntries(Array.from({ length: 110 }, (_, n) => [`many/${n}`, String(n)]));
  expect(await lab.find('plain', { name: { regexp: '^many/' } })).toEqual(wanted);
  expect(proxy.of('ListSecrets').length).toBeGreaterThan(1);
  expect(await lab.find('plain', { name: { regexp: '.' }, path: 'many/' })).toEqual(wanted);
  expect(proxy.of('BatchGetSecretValue').length).toBeGreaterThan(1);
});
