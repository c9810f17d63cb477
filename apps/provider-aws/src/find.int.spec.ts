import {
  CreateSecretCommand,
  type CreateSecretCommandInput,
  DeleteSecretCommand,
} from '@aws-sdk/client-secrets-manager';
import { awsError, AwsProxy, batchErrors, type AwsScript } from '@eso/testing';
import { AwsLab, refusedCall } from './testing/aws-lab.ts';

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

test('by name: an expression that matches anywhere, full names as keys [8.24] [V3.2.2] [V3.2.7]', async () => {
  expect(await lab.find('plain', { name: { regexp: 'app/' } })).toEqual({ 'app/db': 'one', 'app/web': 'two' });
  expect(await lab.find('plain', { name: { regexp: '(?i)APP$' } })).toEqual({ 'web/app': 'three' });
  expect(proxy.of('BatchGetSecretValue')).toEqual([]);
});

test('by name and path: the path is a prefix that AWS looks at [V3.2.3]', async () => {
  expect(await lab.find('plain', { name: { regexp: 'web' }, path: 'app' })).toEqual({ 'app/web': 'two' });
  expect(proxy.of('ListSecrets').map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { Filters: [{ Key: 'name', Values: ['app'] }] },
  ]);
});

test.each<[Record<string, string>, string | undefined, Record<string, string>]>([
  [{ env: 'test' }, undefined, { 'app/db': 'one', 'web/app': 'three' }],
  [{ env: 'test', team: 'a' }, undefined, { 'app/db': 'one' }],
  [{ env: 'test' }, 'web', { 'web/app': 'three' }],
])('by tags %j and path %p [V3.2.4]', async (wanted, path, found) => {
  expect(await lab.find('plain', { tags: wanted, ...(path ? { path } : {}) })).toEqual(found);
});

test('by tags and name [V3.2.5]', async () => {
  expect(await lab.find('plain', { tags: { team: 'a' }, name: { regexp: 'db' } })).toEqual({ 'app/db': 'one' });
});

test('nothing found is an empty map [1.12.11]', async () => {
  expect(await lab.find('plain', { name: { regexp: 'nothing' } })).toEqual({});
  expect(await lab.find('plain', { tags: { env: 'nothing' } })).toEqual({});
});

test('the prefix of the config does not get in the way [V3.2.6]', async () => {
  expect(await lab.find('prefixed', { name: { regexp: 'db' } })).toEqual({ 'app/db': 'one' });
});

test.each([{}, { path: 'app' }])('neither name nor tags is refused: %j [V3.2.1]', async (find) => {
  const { code, error } = await refusedCall(lab.find('plain', find));
  expect(code).toBe('INVALID_REQUEST');
  expect(error.publicMessage).toContain('unexpected find operator');
});

/** What AWS answers to a read of one secret. */
const answered =
  (name: string, type: string, message: string): AwsScript =>
  ({ operation, body }, forward) => {
    if (operation === 'BatchGetSecretValue') return batchErrors(forward, { [name]: [type, message] });
    return operation === 'GetSecretValue' && body.includes(name) ? awsError(400, type, message) : undefined;
  };

const selections = [
  ['by name', { name: { regexp: '^app/' } }],
  ['by tags', { tags: { team: 'a' } }],
  ['by path and name', { name: { regexp: '.' }, path: 'app/' }],
] as const;

describe.each(selections)('%s', (_, find) => {
  test.each([
    ['AWS cannot decrypt', 'DecryptionFailure', "Secrets Manager can't decrypt it", 'ACCESS_DENIED'],
    ['may not be read', 'AccessDeniedException', 'User: x is not authorized', 'ACCESS_DENIED'],
    ['AWS fails to read', 'InternalServiceError', 'An error occurred on the server side', 'BACKEND_UNAVAILABLE'],
    ['cannot be read for a reason of tomorrow', 'SomethingNew', 'text', 'INVALID_REQUEST'],
  ])(
    'one secret that %s fails the whole find: a part must not pass for all [V3.2.8] [V13.2.4]',
    async (_cause, type, message, code) => {
      proxy.script = answered('app/web', type, message);
      const { code: said, error } = await refusedCall(lab.find('plain', find));
      expect(said).toBe(code);
      expect(`${error.publicMessage} ${error.nextStep}`).toContain(type);
      if (code !== 'BACKEND_UNAVAILABLE') expect(error.publicMessage).toContain('app/web');
    },
  );

  test.each([
    ['has no value', 'ResourceNotFoundException', 'specified secret value for staging label: AWSCURRENT'],
    [
      'was deleted since it was listed',
      'ResourceNotFoundException',
      "Secrets Manager can't find the specified secret.",
    ],
    ['is marked for deletion by now', 'InvalidRequestException', 'because it was marked for deletion.'],
  ])('a listed secret that %s is left out, with a line in the log', async (_cause, type, message) => {
    lab.log.length = 0;
    proxy.script = answered('app/web', type, message);
    expect(await lab.find('plain', find)).toEqual({ 'app/db': 'one' });
    expect(lab.log.filter((line) => line.includes('find leaves out'))).toEqual([
      expect.stringContaining('"secrets":["app/web"]'),
    ]);
  });
});

test('a batch that AWS refuses as a whole because of one secret is read one by one [V13.2.4]', async () => {
  await create({ Name: 'empty/one', Tags: tags({ kind: 'empty' }) });
  await create({ Name: 'empty/two', SecretString: 'two', Tags: tags({ kind: 'empty' }) });
  expect(await lab.find('plain', { tags: { kind: 'empty' } })).toEqual({ 'empty/two': 'two' });
  expect(await lab.find('plain', { name: { regexp: '^empty/' } })).toEqual({ 'empty/two': 'two' });
});

test('a secret that a batch says nothing about is read for itself', async () => {
  proxy.script = ({ operation }) => (operation === 'BatchGetSecretValue' ? { status: 200, body: '{}' } : undefined);
  expect(await lab.find('plain', { tags: { team: 'a' } })).toEqual({ 'app/db': 'one', 'app/web': 'two' });
});

test('a find that finds only secrets without a value is empty, never an absent secret', async () => {
  await create({ Name: 'hollow', Tags: tags({ kind: 'hollow' }) });
  expect(await lab.find('plain', { tags: { kind: 'hollow' } })).toEqual({});
  proxy.script = () => awsError(400, 'ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
  for (const find of [{ tags: { team: 'a' } }, { name: { regexp: '.' } }])
    expect((await refusedCall(lab.find('plain', find))).code).toBe('INVALID_REQUEST');
});

test('a secret that is scheduled for deletion is not found', async () => {
  await create({ Name: 'leaving', SecretString: 'x', Tags: tags({ kind: 'leaving' }) });
  await lab.aws.send(new DeleteSecretCommand({ SecretId: 'leaving' }));
  expect(await lab.find('plain', { tags: { kind: 'leaving' } })).toEqual({});
  expect(await lab.find('plain', { name: { regexp: 'leaving' } })).toEqual({});
});

describe('tags and paths are what they say, whatever the filters of AWS make of them', () => {
  beforeAll(async () => {
    await create({ Name: 'whole', SecretString: 'whole', Tags: tags({ 'app-serv': 'lt' }) });
    await create({ Name: 'longer', SecretString: 'longer', Tags: tags({ 'app-service': 'ltd' }) });
    await create({ Name: 'crossed', SecretString: 'crossed', Tags: tags({ 'app-serv': 'x', other: 'lt' }) });
    await create({ Name: 'bang', SecretString: 'bang', Tags: tags({ '!key': '!value' }) });
    await create({ Name: 'word', SecretString: 'word', Tags: tags({ städte: 'Köln, Bonn', none: '' }) });
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`many-${n}`, `v${n}`]));
    await create({ Name: 'twelve', SecretString: 'twelve', Tags: tags(many) });
    await create({ Name: 'eleven', SecretString: 'eleven', Tags: tags({ ...many, 'many-11': 'other' }) });
  });

  test.each<[string, Record<string, string>, string[]]>([
    ['beginnings of a key and a value', { 'app-serv': 'lt' }, ['whole']],
    ['a leading ! in key and value', { '!key': '!value' }, ['bang']],
    ['a leading ! is no negation', { '!app-serv': 'lt' }, []],
    ['letters that filters do not take', { städte: 'Köln, Bonn' }, ['word']],
    ['an empty value', { none: '' }, ['word']],
    ['more than ten filters', Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`many-${n}`, `v${n}`])), ['twelve']], // prettier-ignore
  ])('%s [V13.2.6]', async (_, wanted, names) => {
    expect(Object.keys(await lab.find('plain', { tags: wanted }))).toEqual(names);
    const [{ body } = { body: '' }] = proxy.of('ListSecrets');
    const { Filters = [] } = JSON.parse(body) as { Filters?: { Values: string[] }[] };
    expect(Filters.length).toBeLessThanOrEqual(10);
    expect(Filters.flatMap(({ Values }) => Values).join('')).toMatch(/^[a-zA-Z0-9 :_@/+=.-]*$/);
  });

  test('a leading ! of a path is no negation', async () => {
    expect(await lab.find('plain', { name: { regexp: '.' }, path: '!app' })).toEqual({});
  });
});

test('an empty page in between is not the end', async () => {
  let pages = 0;
  proxy.script = ({ operation }) =>
    operation === 'ListSecrets' && ++pages === 1
      ? { status: 200, body: JSON.stringify({ SecretList: [], NextToken: '0' }) }
      : undefined;
  expect(await lab.find('plain', { name: { regexp: '^app/db$' } })).toEqual({ 'app/db': 'one' });
});

test('all pages are read', async () => {
  await Promise.all(Array.from({ length: 110 }, (_, n) => create({ Name: `many/${n}`, SecretString: String(n) })));
  const wanted = Object.fromEntries(Array.from({ length: 110 }, (_, n) => [`many/${n}`, String(n)]));
  expect(await lab.find('plain', { name: { regexp: '^many/' } })).toEqual(wanted);
  expect(proxy.of('ListSecrets').length).toBeGreaterThan(1);
  expect(await lab.find('plain', { name: { regexp: '.' }, path: 'many/' })).toEqual(wanted);
  expect(proxy.of('BatchGetSecretValue').length).toBeGreaterThan(1);
});
