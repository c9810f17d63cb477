/** Validation of a ClusterSecretStore that holds its config, while nobody asks: as far as the config names every namespace itself. */
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import { ConnectError } from '@connectrpc/connect';
import { ProviderError } from '../contract/provider-error.ts';
import { startTestProvider, type TestProvider } from '../testing/index.ts';
import { defineInlineKind } from './define-kind.ts';
import type { Credentials } from './credentials/credentials.ts';

interface Config {
  /** How the author handles its credentials. */
  how: keyof typeof AUTHORS;
  ref?: { name: string; namespace?: string };
  bad?: boolean;
}

const apiVersion = 'external-secrets.io/v1';
const key = (credentials: Credentials, { ref = { name: 'login' } }: Config) =>
  credentials.secretKey({ ...ref, key: 'k' }, 'spec.ref');

/** Authors, careful and careless: what each does with its reference when it is opened, and what when it is validated. */
const AUTHORS = {
  none: { open: () => Promise.resolve(), validate: () => Promise.resolve() },
  atOpening: { open: key, validate: () => Promise.resolve() },
  atValidation: { open: () => Promise.resolve(), validate: key },
  swallowed: {
    open: (c: Credentials, config: Config) => key(c, config).catch(() => undefined),
    validate: () => Promise.resolve(),
  },
  renamed: {
    open: (c: Credentials, config: Config) =>
      key(c, config).catch(() => {
        throw new ProviderError('CREDENTIALS_REJECTED', 'the login failed');
      }),
    validate: () => Promise.resolve(),
  },
  broken: {
    open: () => Promise.resolve(),
    validate: (c: Credentials, config: Config) =>
      key(c, config).catch(() => {
        throw new Error('what is wrong');
      }),
  },
  namespace: { open: (c: Credentials) => Promise.resolve(c.namespace), validate: () => Promise.resolve() },
} as const satisfies Record<string, Record<'open' | 'validate', (c: Credentials, config: Config) => Promise<unknown>>>;

const cloud = defineInlineKind<Config>({
  key: 'cloud',
  schema: {
    type: 'object',
    required: ['how'],
    properties: {
      how: { type: 'string' },
      bad: { type: 'boolean' },
      ref: { type: 'object', properties: { name: { type: 'string' }, namespace: { type: 'string' } } },
    },
  },
  features: ['get'],
  metricName: 'Cloud',
  checkConfig: ({ bad }) => (bad ? [{ field: 'spec.bad', problem: 'bad', nextStep: 'remove it' }] : []),
  open: async ({ config, credentials }) => {
    await AUTHORS[config.how].open(credentials, config);
    return {
      getSecret: () => key(credentials, config),
      validate: async () => {
        await AUTHORS[config.how].validate(credentials, config);
        return { kind: 'valid' };
      },
    };
  },
});

let lab: TlsLab;
let provider: TestProvider;
let name: string;
let count = 0;

beforeAll(async () => {
  lab = await TlsLab.create();
  provider = await startTestProvider({
    definition: { name: 'cloud', kinds: [cloud] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    allowUnnamedStores: false,
  });
  for (const namespace of ['vault', 'team-a'])
    provider.objects.apply({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { namespace, name: 'login' },
      data: { k: Buffer.from(`login of ${namespace}`).toString('base64') },
    });
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

function store(config: Config) {
  name = `store-${++count}`;
  provider.objects.apply({
    apiVersion,
    kind: 'ClusterSecretStore',
    metadata: { name },
    spec: { provider: { cloud: config } },
  });
}

const request = (sourceNamespace = '') => ({
  providerRef: { apiVersion, kind: 'ClusterSecretStore', name, storeRefKind: 'ClusterSecretStore', storeName: name },
  sourceNamespace,
});

/** `valid`, `unknown`, or the code of the refusal. */
async function validation(sourceNamespace = ''): Promise<string> {
  try {
    const { valid, validationUnknown } = await provider.client.store.validate(request(sourceNamespace));
    return validationUnknown ? 'unknown' : valid ? 'valid' : 'invalid';
  } catch (error) {
    return fromConnectError(ConnectError.from(error)).code;
  }
}

const readers = ['atOpening', 'atValidation', 'swallowed', 'renamed', 'broken'] as const;

test.each(readers)(
  'a reference without a namespace makes it unknown, whatever the author makes of it: %s',
  async (how) => {
    store({ how });
    // As often as it is asked: what is remembered of a failed opening must not be told of the store.
    for (let time = 0; time < 3; time += 1) expect(await validation()).toBe('unknown');
    expect(await validation('team-a')).toBe('valid');
  },
);

test.each(['none', ...readers] as const)(
  'a config that names every namespace is validated for real: %s',
  async (how) => {
    store({ how, ref: { name: 'login', namespace: 'vault' } });
    expect(await validation()).toBe('valid');
  },
);

test.each<[Config['how'], string]>([
  ['atOpening', 'CREDENTIALS_UNUSABLE'],
  ['atValidation', 'CREDENTIALS_UNUSABLE'],
  ['renamed', 'CREDENTIALS_REJECTED'],
  ['broken', 'INTERNAL'],
])('and what fails then is told: %s', async (how, code) => {
  store({ how, ref: { name: 'gone', namespace: 'vault' } });
  expect(await validation()).toBe(code);
});

test('a config that depends on the namespace itself is unknown [3.1.19] [V1.4.7]', async () => {
  store({ how: 'namespace' });
  expect(await validation()).toBe('unknown');
  expect(await validation('team-a')).toBe('valid');
});

test('what is wrong with the config is told, also where nobody asks', async () => {
  store({ how: 'atOpening', bad: true });
  expect(await validation()).toBe('CONFIG_INVALID');
});

test('nobody gets a secret', async () => {
  store({ how: 'none', ref: { name: 'login', namespace: 'vault' } });
  await validation();
  const call = provider.client.store.getSecret({ ...request(), remoteRef: { key: 'x' } });
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  expect(fromConnectError(ConnectError.from(error))).toMatchObject({
    code: 'INVALID_REQUEST',
    field: 'source_namespace',
  });
});

test('a reference without a namespace is that of whoever asks [3.1.19]', async () => {
  store({ how: 'atOpening' });
  expect(await validation()).toBe('unknown');
  const { value } = await provider.client.store.getSecret({ ...request('team-a'), remoteRef: { key: 'x' } });
  expect(Buffer.from(value).toString()).toBe('login of team-a');
});
