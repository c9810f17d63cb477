/** What bad stores get over the wire, at both scopes: a bounded answer with code, path and next step, and nobody beside them waits. */
import { ConnectError } from '@connectrpc/connect';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import type { ProviderError } from '../contract/provider-error.ts';
import { startTestProvider, type TestProvider } from '../testing/index.ts';
import { defineInlineKind } from './define-kind.ts';

const apiVersion = 'external-secrets.io/v1';
const MARKER = 'hunter2-marker';
type Kind = 'SecretStore' | 'ClusterSecretStore';

let lab: TlsLab;
let provider: TestProvider;
let opened: number;
let decoded: number;

const cloud = defineInlineKind<{ region: string; data?: { key: string; value: string }[] }>({
  key: 'cloud',
  schema: {
    type: 'object',
    required: ['region'],
    properties: {
      region: { type: 'string', pattern: '^[a-z0-9-]+$' },
      auth: {
        type: 'object',
        properties: {
          secretRef: {
            type: 'object',
            required: ['name'],
            properties: { name: { type: 'string', maxLength: 253 }, namespace: { type: 'string' } },
          },
        },
      },
      tags: { type: 'array', items: { type: 'object', properties: { key: { type: 'string' } } } },
      data: {
        type: 'array',
        items: {
          type: 'object',
          required: ['key', 'value'],
          properties: { key: { type: 'string' }, value: { type: 'string' } },
        },
      },
    },
  },
  features: ['get'],
  metricName: 'Cloud',
  open: ({ config }) => {
    opened += 1;
    const values = new Map(config.data?.map(({ key, value }) => [key, value]));
    return { getSecret: ({ key }) => Promise.resolve(Buffer.from(values.get(key) ?? 'fine')) };
  },
});

const { place } = cloud;
const counted: typeof cloud = {
  ...cloud,
  place:
    place.tag === 'inline'
      ? {
          ...place,
          decode: (value) => {
            decoded += 1;
            return place.decode(value);
          },
        }
      : place,
};

beforeAll(async () => {
  lab = await TlsLab.create();
  provider = await startTestProvider({
    definition: { name: 'cloud', kinds: [counted] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    allowUnnamedStores: false,
  });
  store('SecretStore', 'victim', { provider: { cloud: { region: 'eu' } } });
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});
beforeEach(() => {
  opened = 0;
  decoded = 0;
});

function store(kind: Kind, name: string, spec: unknown) {
  const metadata = kind === 'SecretStore' ? { namespace: 'team-a', name } : { name };
  provider.objects.apply({ apiVersion, kind, metadata, spec });
}

const refTo = (kind: Kind, name: string) => ({ apiVersion, kind, name, storeRefKind: kind, storeName: name });

async function get(kind: Kind, name: string, key = 'x'): Promise<string> {
  const providerRef = refTo(kind, name);
  const call = provider.client.store.getSecret({ providerRef, sourceNamespace: 'team-a', remoteRef: { key } });
  return Buffer.from((await call).value).toString();
}

async function refusal(call: Promise<unknown>): Promise<ProviderError> {
  const thrown: unknown = await call.then(
    () => new ConnectError('it was taken'),
    (error: unknown) => error,
  );
  return fromConnectError(ConnectError.from(thrown));
}

/** As the API server gives it: names that objects have by themselves are fields like others. */
const json = (text: string): unknown => JSON.parse(text);
const many = (length: number) => Array.from({ length }, (_, index) => index);
const fields = (count: number) => Object.fromEntries(many(count).map((index) => [`${MARKER}${index}`, index]));
const ref = { apiVersion: 'g/v1', kind: 'Probe', name: 'one' };

const BAD: [string, unknown, string, string][] = [
  ['no spec', undefined, 'CONFIG_INVALID', 'spec.provider'],
  ['a spec that is null', null, 'CONFIG_INVALID', 'spec.provider'],
  ['no provider', {}, 'CONFIG_INVALID', 'spec.provider'],
  ['a provider that is null', { provider: null }, 'CONFIG_INVALID', 'spec.provider'],
  ['a provider that is a text', { provider: MARKER }, 'CONFIG_INVALID', 'spec.provider'],
  ['a provider that is a list', { provider: [{ cloud: {} }] }, 'CONFIG_INVALID', 'spec.provider'],
  ['no key', { provider: {} }, 'CONFIG_INVALID', 'spec.provider'],
  ['two keys', { provider: { cloud: { region: 'eu' }, aws: { key: MARKER } } }, 'CONFIG_INVALID', 'spec.provider'],
  ['5,000 keys', { provider: fields(5_000) }, 'CONFIG_INVALID', 'spec.provider'],
  [
    'a reference beside it',
    { provider: { cloud: { region: 'eu' } }, providerRef: ref },
    'CONFIG_INVALID',
    'spec.provider',
  ],
  ['another key', { provider: { aws: { key: MARKER } } }, 'UNSUPPORTED', 'spec.provider.aws'],
  ['a key in other letters', { provider: { Cloud: { region: 'eu' } } }, 'UNSUPPORTED', 'spec.provider.Cloud'],
  ['the key __proto__', { provider: json('{"__proto__":{"region":"eu"}}') }, 'UNSUPPORTED', 'spec.provider.__proto__'],
  ['the key constructor', { provider: { constructor: {} } }, 'UNSUPPORTED', 'spec.provider.constructor'],
  ['a config that is null', { provider: { cloud: null } }, 'CONFIG_INVALID', 'spec.provider.cloud'],
  ['a config that is a list', { provider: { cloud: [MARKER] } }, 'CONFIG_INVALID', 'spec.provider.cloud'],
  ['a config that is a text', { provider: { cloud: MARKER } }, 'CONFIG_INVALID', 'spec.provider.cloud'],
  [
    'a required field that is null',
    { provider: { cloud: { region: null } } },
    'CONFIG_INVALID',
    'spec.provider.cloud.region',
  ],
  [
    'a wrong type at depth',
    { provider: { cloud: { region: 'eu', auth: { secretRef: { name: { a: MARKER } } } } } },
    'CONFIG_INVALID',
    'spec.provider.cloud.auth.secretRef.name',
  ],
  [
    'a text in place of an object',
    { provider: { cloud: { region: 'eu', auth: { secretRef: MARKER } } } },
    'CONFIG_INVALID',
    'spec.provider.cloud.auth.secretRef',
  ],
  [
    'a wrong type in a list',
    { provider: { cloud: { region: 'eu', tags: [{ key: 'a' }, { key: [MARKER] }] } } },
    'CONFIG_INVALID',
    'spec.provider.cloud.tags[1].key',
  ],
  [
    'an unknown field',
    { provider: { cloud: { region: 'eu', regoin: MARKER } } },
    'CONFIG_INVALID',
    'spec.provider.cloud.regoin',
  ],
  [
    'the field __proto__',
    { provider: { cloud: json(`{"region":"eu","__proto__":{"polluted":"${MARKER}"}}`) } },
    'CONFIG_INVALID',
    'spec.provider.cloud.__proto__',
  ],
  [
    'the field __proto__ at depth',
    {
      provider: { cloud: json('{"region":"eu","auth":{"secretRef":{"name":"x","__proto__":{"namespace":"other"}}}}') },
    },
    'CONFIG_INVALID',
    'spec.provider.cloud.auth.secretRef.__proto__',
  ],
  [
    'the field constructor',
    { provider: { cloud: { region: 'eu', constructor: { prototype: {} } } } },
    'CONFIG_INVALID',
    'spec.provider.cloud.constructor',
  ],
  [
    'retries that are none',
    { provider: { cloud: { region: 'eu' } }, retrySettings: { maxRetries: -1 } },
    'CONFIG_INVALID',
    'spec.retrySettings.maxRetries',
  ],
];

describe.each<Kind>(['SecretStore', 'ClusterSecretStore'])('a %s with', (kind) => {
  let count = 0;

  test.each(BAD)('%s', async (_what, spec, code, field) => {
    const name = `bad-${++count}`;
    store(kind, name, spec);
    const providerRef = refTo(kind, name);
    const calls = [
      get(kind, name),
      provider.client.store.validate({ providerRef, sourceNamespace: kind === 'SecretStore' ? 'team-a' : '' }),
    ];
    for (const error of await Promise.all(calls.map(refusal))) {
      expect(error).toMatchObject({ code, field });
      const said = `${error.publicMessage} ${error.nextStep}`;
      expect(said).not.toContain(MARKER);
      expect(said.length).toBeLessThan(500);
      expect(error.nextStep).not.toBe('');
    }
    expect(opened).toBe(0);
    expect({}).not.toHaveProperty('polluted');
    expect(await get('SecretStore', 'victim')).toBe('fine');
  });

  test.each<[string, () => unknown, string]>([
    ['5,000 unknown fields', () => ({ region: 'eu', ...fields(5_000) }), 'CONFIG_INVALID'],
    ['100,000 wrong items', () => ({ region: 'eu', tags: many(100_000) }), 'CONFIG_INVALID'],
    ['a text of a megabyte where a name belongs', () => ({ region: 'a'.repeat(1_000_000) }), 'CONFIG_INVALID'],
    ['a name of a megabyte', () => ({ region: 'eu', ['f'.repeat(1_000_000)]: 1 }), 'CONFIG_INVALID'],
    [
      'lists in lists, 900 deep',
      () => json(`{"region":"eu","tags":${'['.repeat(900)}${']'.repeat(900)}}`),
      'CONFIG_INVALID',
    ],
  ])('%s: one line, a bounded time, and not twice', async (_what, config, code) => {
    const name = `large-${++count}`;
    store(kind, name, { provider: { cloud: config() } });
    const first = await refusal(get(kind, name));
    expect(first.code).toBe(code);
    expect(`${first.publicMessage} ${first.nextStep} ${String(first.field)}`.length).toBeLessThan(1_700);
    // A victim beside a hundred such calls: what is wrong with this version of the store is known by then.
    const crowd = many(100).map(() => refusal(get(kind, name)));
    expect(await get('SecretStore', 'victim')).toBe('fine');
    expect(new Set((await Promise.all(crowd)).map((error) => error.publicMessage))).toEqual(
      new Set([first.publicMessage]),
    );
    expect(opened).toBe(0);
    // Once for each time that the store is read, which is every five seconds.
    expect(decoded).toBeLessThan(20);
  });

  test('ten thousand entries, as much as the API server takes, is served', async () => {
    const name = `huge-${++count}`;
    const data = many(10_000).map((index) => ({ key: `key-${index}`, value: 'v'.repeat(80) }));
    store(kind, name, { provider: { cloud: { region: 'eu', data } } });
    expect(await get(kind, name, 'key-9999')).toBe('v'.repeat(80));
  });
});

test('conditions of a SecretStore mean nothing, as in External Secrets [3.1.8]', async () => {
  store('SecretStore', 'conditioned', {
    provider: { cloud: { region: 'eu' } },
    conditions: [{ namespaces: ['other'] }],
  });
  expect(await get('SecretStore', 'conditioned')).toBe('fine');
});

test('expressions of a ClusterSecretStore are searched for, as in External Secrets [3.1.11]', async () => {
  const spec = (namespaceRegexes: string[]) => ({
    provider: { cloud: { region: 'eu' } },
    conditions: [{ namespaceRegexes }],
  });
  store('ClusterSecretStore', 'searched', spec(['am-']));
  expect(await get('ClusterSecretStore', 'searched')).toBe('fine');
  store('ClusterSecretStore', 'anchored', spec(['^am-']));
  expect(await refusal(get('ClusterSecretStore', 'anchored'))).toMatchObject({ code: 'STORE_NOT_ALLOWED' });
});
