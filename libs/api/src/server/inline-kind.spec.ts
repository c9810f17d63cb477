/** A config that stands in a SecretStore or ClusterSecretStore of External Secrets 2.x, under spec.provider.<key>. */
import { ConnectError } from '@connectrpc/connect';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import { ProviderError } from '../contract/provider-error.ts';
import { startTestProvider, type TestProvider } from '../testing/index.ts';
import { defineInlineKind, defineKind } from './define-kind.ts';
import type { ConfigSource } from './open-context.ts';

interface Config {
  region: string;
  service: string;
  old?: boolean;
  bad?: boolean;
  asks?: boolean;
  auth?: { secretRef: { name: string; namespace?: string } };
}

const apiVersion = 'external-secrets.io/v1';
let lab: TlsLab;
let provider: TestProvider;
let opened: { config: Config; source: ConfigSource }[];
let retrySettings: unknown;

const cloud = defineInlineKind<Config>({
  key: 'cloud',
  schema: {
    type: 'object',
    required: ['region'],
    properties: {
      region: { type: 'string' },
      service: { type: 'string', default: 'Vault' },
      old: { type: 'boolean' },
      bad: { type: 'boolean' },
      asks: { type: 'boolean' },
      auth: {
        type: 'object',
        properties: {
          secretRef: { type: 'object', properties: { name: { type: 'string' }, namespace: { type: 'string' } } },
        },
      },
    },
  },
  features: ['get'],
  metricName: ({ service }) => `Cloud/${service}`,
  checkConfig: ({ bad, old }) => ({
    problems: bad ? [{ field: 'spec.bad', problem: 'bad is not allowed', nextStep: 'remove it' }] : [],
    warnings: old ? ['old is deprecated'] : [],
  }),
  open: ({ config, source, credentials, at, metrics, ...context }) => {
    opened.push({ config, source });
    if (config.asks) expect(credentials.namespace).not.toBe('');
    ({ retrySettings } = context);
    return {
      getSecret: async ({ key }) => {
        if (key === 'broken')
          throw new ProviderError('CREDENTIALS_UNUSABLE', 'no login', { field: at('auth.secretRef'), nextStep: 'do' });
        const { name = '', namespace } = config.auth?.secretRef ?? {};
        return metrics.track('Read', () => credentials.secretKey({ name, key: 'k', namespace }, 'spec.auth.secretRef'));
      },
    };
  },
});
const object = defineKind({
  apiVersion: 'provider.external-secrets.io/v2alpha1',
  kind: 'Cloud',
  plural: 'clouds',
  features: ['get'],
  metricName: 'Cloud',
  open: () => ({ getSecret: () => Promise.resolve(Buffer.from('of an object')) }),
});

beforeAll(async () => {
  lab = await TlsLab.create();
  provider = await startTestProvider({
    definition: { name: 'cloud', kinds: [cloud, object] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    allowUnnamedStores: false,
  });
  for (const namespace of ['team-a', 'team-b'])
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

let count = 0;
let name: string;
beforeEach(() => {
  opened = [];
  name = `store-${++count}`;
});

const auth = (namespace?: string) => ({ secretRef: { name: 'login', ...(namespace ? { namespace } : {}) } });

function apply(kind: 'SecretStore' | 'ClusterSecretStore', spec: object) {
  const metadata = kind === 'SecretStore' ? { namespace: 'team-a', name } : { name };
  return provider.objects.apply({ apiVersion, kind, metadata, spec });
}

const refTo = (kind: string) => ({ apiVersion, kind, name, storeRefKind: kind, storeName: name });

async function get(kind: string, key = 'login', sourceNamespace = 'team-a'): Promise<string> {
  const { value } = await provider.client.store.getSecret({
    providerRef: refTo(kind),
    sourceNamespace,
    remoteRef: { key },
  });
  return Buffer.from(value).toString();
}

async function refusal(call: Promise<unknown>): Promise<ProviderError> {
  const thrown: unknown = await call.then(
    (answer) => new ConnectError(`answered ${String(answer)}`),
    (error: unknown) => error,
  );
  return fromConnectError(ConnectError.from(thrown));
}

test('counts its calls by the service that the config names', async () => {
  apply('SecretStore', { provider: { cloud: { region: 'eu', service: 'Queue', auth: auth() } } });
  await get('SecretStore');
  expect(await provider.registry.metrics()).toContain(
    'externalsecret_provider_api_calls_count{provider="Cloud/Queue",call="Read",status="success"} 1',
  );
});

test('is opened with its defaults, for the store that holds it [3.7.2]', async () => {
  const { metadata } = apply('SecretStore', { provider: { cloud: { region: 'eu', auth: auth() } } });
  expect(await get('SecretStore')).toBe('login of team-a');
  expect(opened).toEqual([
    {
      config: { region: 'eu', service: 'Vault', auth: auth() },
      source: { namespace: 'team-a', name, uid: metadata.uid, generation: 1 },
    },
  ]);
  await Promise.all(Array.from({ length: 10 }, () => get('SecretStore')));
  expect(opened).toHaveLength(1);
});

test('is opened anew when the store changed [3.7.9]', async () => {
  apply('SecretStore', { provider: { cloud: { region: 'eu', auth: auth() } } });
  await get('SecretStore');
  apply('SecretStore', { provider: { cloud: { region: 'us', auth: auth() } } });
  const providerRef = { ...refTo('SecretStore'), storeGeneration: 2n };
  await provider.client.store.getSecret({ providerRef, sourceNamespace: 'team-a', remoteRef: { key: 'login' } });
  expect(opened.map(({ config }) => config.region)).toEqual(['eu', 'us']);
});

test('is opened with the retries that its store asks for, and not with ones that are none', async () => {
  const provider = { cloud: { region: 'eu', auth: auth() } };
  apply('SecretStore', { provider, retrySettings: { maxRetries: 3, retryInterval: '1m30s' } });
  await get('SecretStore');
  expect(retrySettings).toEqual({ maxRetries: 3, retryIntervalMs: 90_000 });
  name = `store-${++count}`;
  apply('SecretStore', { provider, retrySettings: { retryInterval: 'soon' } });
  expect(await refusal(get('SecretStore'))).toMatchObject({
    code: 'CONFIG_INVALID',
    field: 'spec.retrySettings.retryInterval',
  });
  expect(opened).toHaveLength(1);
});

describe('credentials', () => {
  test('of a SecretStore are those of its namespace [3.1.18] [P2.6.6] [V1.4.1]', async () => {
    apply('SecretStore', { provider: { cloud: { region: 'eu', auth: auth('team-b') } } });
    expect(await refusal(get('SecretStore'))).toMatchObject({
      code: 'NAMESPACE_NOT_ALLOWED',
      field: 'spec.provider.cloud.auth.secretRef',
    });
  });

  test('of a ClusterSecretStore are those that it names, else of whoever asks [3.1.19] [V1.4.3]', async () => {
    apply('ClusterSecretStore', { provider: { cloud: { region: 'eu', auth: auth('team-b') } } });
    expect(await get('ClusterSecretStore')).toBe('login of team-b');
    apply('ClusterSecretStore', { provider: { cloud: { region: 'eu', auth: auth() } } });
    const providerRef = { ...refTo('ClusterSecretStore'), storeGeneration: 2n };
    for (const sourceNamespace of ['team-a', 'team-b']) {
      const { value } = await provider.client.store.getSecret({
        providerRef,
        sourceNamespace,
        remoteRef: { key: 'login' },
      });
      expect(Buffer.from(value).toString()).toBe(`login of ${sourceNamespace}`);
    }
  });
});

test.each<[string, object, string, string, RegExp]>([
  ['no key', {}, 'CONFIG_INVALID', 'spec.provider', /exactly one backend specified, found 0/],
  ['two keys', { cloud: { region: 'eu' }, aws: {} }, 'CONFIG_INVALID', 'spec.provider', /found 2/],
  ['another provider’s key', { aws: {} }, 'UNSUPPORTED', 'spec.provider.aws', /does not serve spec\.provider\.aws/],
  ['a name that every object has', { constructor: {} }, 'UNSUPPORTED', 'spec.provider.constructor', /does not serve/],
  ['a missing field', { cloud: {} }, 'CONFIG_INVALID', 'spec.provider.cloud.region', /is required/],
  ['nothing in it', { cloud: null }, 'CONFIG_INVALID', 'spec.provider.cloud', /has to be object/],
  [
    'an unknown field',
    { cloud: { region: 'eu', auth: { secret: 1 } } },
    'CONFIG_INVALID',
    'spec.provider.cloud.auth.secret',
    /is not known/,
  ],
  [
    'what its check refuses',
    { cloud: { region: 'eu', bad: true } },
    'CONFIG_INVALID',
    'spec.provider.cloud.bad',
    /bad/,
  ],
])('%s is refused where the user wrote it [3.4.5] [3.7.1]', async (_what, config, code, field, message) => {
  apply('SecretStore', { provider: config });
  const error = await refusal(get('SecretStore'));
  expect(error).toMatchObject({ code, field });
  expect(error.publicMessage).toMatch(message);
  const validated = provider.client.store.validate({ providerRef: refTo('SecretStore'), sourceNamespace: 'team-a' });
  expect(await refusal(validated)).toMatchObject({ code, field });
  expect(opened).toEqual([]);
});

test('another provider’s key is answered with those that are served', async () => {
  apply('SecretStore', { provider: { aws: {} } });
  expect((await refusal(get('SecretStore'))).nextStep).toBe('use a provider that serves it: this one serves cloud');
});

test('a field that a backend names is where the user wrote it, by whatever name', async () => {
  apply('SecretStore', { provider: { cloud: { region: 'eu', auth: auth() } } });
  expect(await refusal(get('SecretStore', 'broken'))).toMatchObject({
    code: 'CREDENTIALS_UNUSABLE',
    field: 'spec.provider.cloud.auth.secretRef',
    nextStep: 'do',
  });
});

test('says what it can do, and what it warns about, also where nobody uses it yet [V1.1.5]', async () => {
  apply('ClusterSecretStore', { provider: { cloud: { region: 'eu', old: true, asks: true } } });
  const request = { providerRef: refTo('ClusterSecretStore'), sourceNamespace: '' };
  expect(await provider.client.store.capabilities(request)).toMatchObject({ features: ['get'] });
  expect(await provider.client.store.validate(request)).toMatchObject({
    valid: true,
    validationUnknown: true,
    warnings: ['old is deprecated'],
  });
  apply('ClusterSecretStore', { provider: { cloud: { region: 'eu', bad: true } } });
  const changed = { providerRef: { ...refTo('ClusterSecretStore'), storeGeneration: 2n }, sourceNamespace: '' };
  expect(await refusal(provider.client.store.validate(changed))).toMatchObject({
    code: 'CONFIG_INVALID',
    field: 'spec.provider.cloud.bad',
  });
});

test.each<[string, object, string]>([
  ['a Provider', { storeRefKind: 'Provider', kind: 'Provider' }, 'provider_ref.kind'],
  ['another kind than the store', { kind: 'ClusterSecretStore' }, 'provider_ref.kind'],
  ['another name than the store', { storeName: 'other' }, 'provider_ref.name'],
  ['no kind of store', { storeRefKind: '' }, 'provider_ref.store_ref_kind'],
])('a reference to %s is refused', async (_what, changes, field) => {
  apply('SecretStore', { provider: { cloud: { region: 'eu' } } });
  const providerRef = { ...refTo('SecretStore'), ...changes };
  const call = provider.client.store.getSecret({ providerRef, sourceNamespace: 'team-a', remoteRef: { key: 'k' } });
  expect(await refusal(call)).toMatchObject({ code: 'INVALID_REQUEST', field });
});

test('a store that names a config object has no config of its own, and the other way round', async () => {
  const { apiVersion: version, kind } = object;
  const toObject = { ...refTo('SecretStore'), apiVersion: version, kind, name: 'one' };
  const ask = () =>
    provider.client.store.getSecret({ providerRef: toObject, sourceNamespace: 'team-a', remoteRef: { key: 'k' } });
  apply('SecretStore', { provider: { cloud: { region: 'eu' } } });
  expect((await refusal(ask())).code).toBe('STORE_MISMATCH');
  name = `${name}-ref`;
  apply('SecretStore', { providerRef: { apiVersion: version, kind, name: 'one' } });
  expect((await refusal(get('SecretStore'))).code).toBe('STORE_MISMATCH');
});
