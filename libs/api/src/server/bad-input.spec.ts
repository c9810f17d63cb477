/**
 * What the kit makes of bad input for every provider, over the wire: a code, the field as the user wrote it, a next step, one line in the
 * log, no value anywhere; and a store of somebody else that is served beside it.
 */
import { ConnectError } from '@connectrpc/connect';
import { createLogger } from '@eso/runtime';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import { ProviderError } from '../contract/provider-error.ts';
import { startTestProvider, type TestProvider } from '../testing/index.ts';
import type { BatchOutcome } from './backend.ts';
import { defineInlineKind } from './define-kind.ts';
import { convertFoundKeys } from './documents/convert-keys.ts';
import { objectOf, readProperty, writeProperty } from './documents/documents.ts';
import { pushMetadata, pushMetadataField } from './documents/push-metadata.ts';
import { pushValue } from './documents/push-value.ts';

const apiVersion = 'external-secrets.io/v1';
const MARKER = 'hunter2-marker';
const BINARY = Buffer.from([0x68, 0xff, 0xfe]);

interface Config {
  readonly secretRef?: { readonly name?: string; readonly key?: string; readonly namespace?: string };
  readonly configMapRef?: { readonly name?: string; readonly key?: string };
  readonly caBundle?: string;
  readonly caProvider?: { readonly type: 'Secret' | 'ConfigMap'; readonly name: string; readonly key: string };
}

let lab: TlsLab;
let provider: TestProvider;
let lines: string[] = [];
let secrets: Map<string, Uint8Array>;

const reference = {
  type: 'object',
  properties: { name: { type: 'string' }, key: { type: 'string' }, namespace: { type: 'string' } },
};
const metadata = pushMetadata<{ readonly tags?: Record<string, string> }>({
  type: 'object',
  properties: { tags: { type: 'object', additionalProperties: { type: 'string' } } },
});

/** A backend that does nothing that the kit does not do for it. */
const kind = defineInlineKind<Config>({
  key: 'cloud',
  metricName: 'Cloud',
  features: ['get', 'map', 'findByName', 'push', 'batch'],
  schema: {
    type: 'object',
    properties: {
      secretRef: reference,
      configMapRef: reference,
      caBundle: { type: 'string' },
      caProvider: { ...reference, properties: { ...reference.properties, type: { type: 'string' } } },
    },
  },
  open: async ({ config, credentials, at }) => {
    const { secretRef, configMapRef, caBundle, caProvider } = config;
    if (secretRef) await credentials.secretKey(secretRef, at('secretRef'));
    if (configMapRef) await credentials.configMapKey(configMapRef, at('configMapRef'));
    await credentials.certificateAuthority({ caBundle, caProvider }, at(''));
    const read = (key: string): Uint8Array => {
      const value = secrets.get(key);
      if (value) return value;
      throw new ProviderError('SECRET_NOT_FOUND', `secret ${key} does not exist`, { field: 'remoteRef.key' });
    };
    return {
      getSecret: async ({ key, property }, call) => {
        if (!property) return read(key);
        const value = await readProperty(read(key), property, call);
        if (value) return value;
        throw new ProviderError('PROPERTY_NOT_FOUND', `no property ${property}`, { field: 'remoteRef.property' });
      },
      getSecretMap: (ref, call) => objectOf(read(ref.key), ref, call),
      getAllSecrets: async (find) => {
        const names = (await find.nameRegexp?.select(secrets.keys())) ?? [];
        return convertFoundKeys(new Map(names.map((name) => [name, read(name)])), find);
      },
      pushSecret: async (push, call) => {
        await metadata.read(push, call);
        await pushMetadataField(push, 'format', call);
        const value = await pushValue(push, call);
        const { property, remoteKey } = push;
        const written = property
          ? await writeProperty(secrets.get(remoteKey) ?? new Uint8Array(), property, value, call)
          : value;
        if (written) secrets.set(remoteKey, written);
      },
      batchGet: (refs) => Promise.resolve(refs.slice(1).map(({ key }): BatchOutcome => ({ value: read(key) }))),
    };
  },
});

beforeAll(async () => {
  lab = await TlsLab.create();
  provider = await startTestProvider({
    definition: { name: 'cloud', kinds: [kind] },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    allowUnnamedStores: false,
    limits: { responseBytes: 4_000, responseKeys: 3, requestBytes: 100_000 },
    logger: createLogger({ name: 'test', level: 'info', destination: { write: (line) => void lines.push(line) } }),
  });
  const login = { id: Buffer.from(MARKER).toString('base64'), bytes: BINARY.toString('base64'), broken: '%%%' };
  for (const namespace of ['team-a', 'team-b']) {
    provider.objects.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'login' }, data: login });
    store('good', {}, namespace);
  }
  provider.objects.apply({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'team-a', name: 'settings' },
    data: { id: MARKER },
    binaryData: { bytes: BINARY.toString('base64') },
  });
});
beforeEach(() => {
  lines = [];
  secrets = new Map<string, Uint8Array>([
    ['text', Buffer.from(MARKER)],
    ['number', Buffer.from('12345678901234567890')],
    ['list', Buffer.from(`["${MARKER}"]`)],
    ['document', Buffer.from(`{"id":12345678901234567890,"f":1.0,"in":["${MARKER}"],"s":"${MARKER}"}`)],
    ['binary', BINARY],
    ['long', Buffer.alloc(5_000, MARKER)],
    ['many', Buffer.from('{"a":1,"b":2,"c":3,"d":4}')],
  ]);
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

function store(name: string, cloud: unknown, namespace = 'team-a'): void {
  provider.objects.apply({
    apiVersion,
    kind: 'SecretStore',
    metadata: { namespace, name },
    spec: { provider: { cloud } },
  });
}

const target = (name = 'good', sourceNamespace = 'team-a') => ({
  providerRef: { apiVersion, kind: 'SecretStore', name, storeRefKind: 'SecretStore', storeName: name },
  sourceNamespace,
});
const get = (remoteRef: object, name?: string) => provider.client.store.getSecret({ ...target(name), remoteRef });
const map = (remoteRef: object) => provider.client.store.getSecretMap({ ...target(), remoteRef });
const find = (what: object) => provider.client.store.getAllSecrets({ ...target(), find: what });
const push = (pushSecretData: object, data: object = { k: Buffer.from(MARKER) }) =>
  provider.client.store.pushSecret({ ...target(), pushSecretData, secretData: data as Record<string, Buffer> });
const pushed = (changes: object = {}) => ({ remoteKey: 'document', secretKey: 'k', ...changes });
const withMetadata = (text: string) => push(pushed({ metadata: Buffer.from(text) }));

async function refusal(call: Promise<unknown>): Promise<ProviderError> {
  const thrown: unknown = await call.then(
    () => new ConnectError('it was taken'),
    (error: unknown) => error,
  );
  return fromConnectError(ConnectError.from(thrown));
}

type Row = [what: string, call: () => Promise<unknown>, code: string, field: string | undefined, nextStep: RegExp];

const READS: Row[] = [
  ['no key', () => get({}), 'INVALID_REQUEST', 'remoteRef.key', /correct the field/],
  ['a secret that is absent', () => get({ key: 'none' }), 'SECRET_NOT_FOUND', 'remoteRef.key', /create the secret/],
  [
    'a policy that is none',
    () => get({ key: 'text', metadataPolicy: 'Some' }),
    'INVALID_REQUEST',
    'remoteRef.metadataPolicy',
    /correct the field/,
  ],
  [
    'a property of a text [V1.2.5]',
    () => get({ key: 'text', property: 'a' }),
    'PROPERTY_NOT_FOUND',
    'remoteRef.property',
    /add the property/,
  ],
  [
    'a property of a number',
    () => get({ key: 'number', property: 'a' }),
    'PROPERTY_NOT_FOUND',
    'remoteRef.property',
    /add the property/,
  ],
  [
    'a path of 20 KiB',
    () => get({ key: 'document', property: 'a.'.repeat(10_000) }),
    'LIMIT_EXCEEDED',
    'remoteRef.property',
    /shorter path/,
  ],
  ['a map of a text', () => map({ key: 'text' }), 'NOT_AN_OBJECT', 'remoteRef.key', /extract from a JSON object/],
  ['a map of a list', () => map({ key: 'list' }), 'NOT_AN_OBJECT', 'remoteRef.key', /extract from a JSON object/],
  ['a map of bytes', () => map({ key: 'binary' }), 'NOT_AN_OBJECT', 'remoteRef.key', /extract from a JSON object/],
  ['a value that is too large', () => get({ key: 'long' }), 'LIMIT_EXCEEDED', 'remoteRef.key', /--max-response-bytes/],
  ['a map of too many keys', () => map({ key: 'many' }), 'LIMIT_EXCEEDED', 'remoteRef.key', /--max-response-keys/],
  ['a find of too much', () => find({ name: { regexp: '.' } }), 'LIMIT_EXCEEDED', 'find', /--max-response-keys/],
  [
    'an expression that is none',
    () => find({ name: { regexp: '(?=a)' } }),
    'INVALID_REGEXP',
    'find.name.regexp',
    /look-around/,
  ],
  [
    'a strategy that is none',
    () => find({ conversionStrategy: 'Other' }),
    'INVALID_REQUEST',
    'find.conversionStrategy',
    /correct the field/,
  ],
  [
    'a backend that answers a part of a batch',
    () => provider.client.extension.batchGet({ ...target(), remoteRefs: [{ key: 'text' }, { key: 'list' }] }),
    'INTERNAL',
    undefined,
    /report it to the provider's author/,
  ],
];

const PUSHES: Row[] = [
  [
    'no remote key',
    () => push({ secretKey: 'k' }),
    'INVALID_REQUEST',
    'match.remoteRef.remoteKey',
    /correct the field/,
  ],
  [
    'a key that the Secret lacks',
    () => push(pushed({ secretKey: 'other' })),
    'INVALID_REQUEST',
    'match.secretKey',
    /add the key/,
  ],
  [
    'bytes in a whole Secret',
    () => push(pushed({ secretKey: '' }), { k: BINARY }),
    'INVALID_REQUEST',
    'match.secretKey',
    /encode it/,
  ],
  [
    'bytes in a property',
    () => push(pushed({ property: 'a' }), { k: BINARY }),
    'INVALID_REQUEST',
    'match.remoteRef.property',
    /encode it/,
  ],
  [
    'a property of a number',
    () => push(pushed({ remoteKey: 'number', property: 'a' })),
    'NOT_AN_OBJECT',
    'match.remoteRef.property',
    /push without a property/,
  ],
  [
    'a property of a text',
    () => push(pushed({ remoteKey: 'text', property: 'a' })),
    'NOT_AN_OBJECT',
    'match.remoteRef.property',
    /./,
  ],
  [
    'a key into a list',
    () => push(pushed({ property: 'in.a' })),
    'INVALID_REQUEST',
    'match.remoteRef.property',
    /by its number/,
  ],
  [
    'a place far behind the end of a list',
    () => push(pushed({ property: 'in.9999999' })),
    'LIMIT_EXCEEDED',
    'match.remoteRef.property',
    /shorter path/,
  ],
  ['metadata that is no envelope', () => withMetadata('{}'), 'INVALID_REQUEST', 'metadata.apiVersion', /correct/],
  ['metadata that is no YAML', () => withMetadata(`a: ${MARKER}: c`), 'INVALID_REQUEST', 'metadata', /./],
  [
    'metadata with an unknown field',
    () =>
      withMetadata(
        JSON.stringify({
          apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
          kind: 'PushSecretMetadata',
          spec: { tagz: MARKER },
        }),
      ),
    'INVALID_REQUEST',
    'metadata.spec.tagz',
    /known are tags/,
  ],
];

/** A store of its own for each config: what is read is the store's reference, whatever is asked of it. */
let stores = 0;
const opened = (cloud: Config) => () => {
  const name = `refers-${++stores}`;
  store(name, cloud);
  return get({ key: 'text' }, name);
};
const at = (path: string): string => `spec.provider.cloud.${path}`;

const REFERENCES: Row[] = [
  [
    'a Secret that is absent',
    opened({ secretRef: { name: 'none', key: 'id' } }),
    'CREDENTIALS_UNUSABLE',
    at('secretRef'),
    /create Secret team-a\/none/,
  ],
  [
    'a key that is absent',
    opened({ secretRef: { name: 'login', key: 'none' } }),
    'CREDENTIALS_UNUSABLE',
    at('secretRef'),
    /./,
  ],
  [
    'another namespace',
    opened({ secretRef: { name: 'login', key: 'id', namespace: 'team-b' } }),
    'NAMESPACE_NOT_ALLOWED',
    at('secretRef'),
    /of its own namespace/,
  ],
  ['no name', opened({ secretRef: { key: 'id' } }), 'CREDENTIALS_UNUSABLE', at('secretRef'), /name a Secret/],
  ['no key', opened({ secretRef: { name: 'login' } }), 'CREDENTIALS_UNUSABLE', at('secretRef'), /name one of the keys/],
  [
    'a name that is a path',
    opened({ secretRef: { name: '../x', key: 'id' } }),
    'CREDENTIALS_UNUSABLE',
    at('secretRef'),
    /correct it/,
  ],
  [
    'a value that is no base64',
    opened({ secretRef: { name: 'login', key: 'broken' } }),
    'CREDENTIALS_UNUSABLE',
    at('secretRef'),
    /write the value anew/,
  ],
  [
    'a Secret where a ConfigMap belongs',
    opened({ configMapRef: { name: 'login', key: 'id' } }),
    'CREDENTIALS_UNUSABLE',
    at('configMapRef'),
    /create ConfigMap team-a\/login/,
  ],
  [
    'bytes where a text belongs',
    opened({ configMapRef: { name: 'settings', key: 'bytes' } }),
    'CREDENTIALS_UNUSABLE',
    at('configMapRef'),
    /store text there/,
  ],
  ['a text where a certificate belongs', opened({ caBundle: MARKER }), 'CONFIG_INVALID', at('caBundle'), /./],
  [
    'a Secret without a certificate',
    opened({ caProvider: { type: 'Secret', name: 'login', key: 'id' } }),
    'CONFIG_INVALID',
    at('caProvider'),
    /./,
  ],
];

describe.each<[string, Row[]]>([
  ['a read of', READS],
  ['a push of', PUSHES],
  ['a reference to', REFERENCES],
])('%s', (_group, rows) => {
  test.each(rows)('%s', async (_what, call, code, field, nextStep) => {
    const before = new Map(secrets);
    const error = await refusal(call());
    expect(error).toMatchObject({ code, field, nextStep: expect.stringMatching(nextStep) as string });
    expect(error.publicMessage).not.toBe('');
    expect(lines).toHaveLength(1);
    expect(JSON.stringify([error.publicMessage, error.nextStep, lines])).not.toContain(MARKER);
    expect(secrets).toEqual(before);
    const victim = await provider.client.store.getSecret({ ...target('good', 'team-b'), remoteRef: { key: 'text' } });
    expect(Buffer.from(victim.value).toString()).toBe(MARKER);
  });
});

test('numbers beyond 2^53 keep their digits, read and written', async () => {
  const text = async (ref: object): Promise<string> => Buffer.from((await get(ref)).value).toString();
  expect(await text({ key: 'number' })).toBe('12345678901234567890');
  expect(await text({ key: 'document', property: 'id' })).toBe('12345678901234567890');
  secrets.set('small', Buffer.from('{"id":12345678901234567890,"f":1.0}'));
  const { secrets: members } = await map({ key: 'small' });
  expect(Object.entries(members).map(([key, value]) => [key, Buffer.from(value).toString()])).toEqual([
    ['id', '12345678901234567890'],
    ['f', '1.0'],
  ]);
  await push(pushed({ remoteKey: 'small', property: 'k' }), { k: Buffer.from('new') });
  expect(Buffer.from(secrets.get('small') ?? []).toString()).toBe('{"id":12345678901234567890,"f":1.0,"k":"new"}');
});

test('bytes are read, and pushed by their key, as they are', async () => {
  expect(Buffer.from((await get({ key: 'binary' })).value)).toEqual(BINARY);
  await push(pushed({ remoteKey: 'copy' }), { k: BINARY });
  expect(secrets.get('copy')).toEqual(new Uint8Array(BINARY));
});
