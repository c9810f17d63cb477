/** Whoever holds core's client key: what a provider gives it is what the stores say, not what the request says. */
import { ConnectError } from '@connectrpc/connect';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import type { ProviderError } from '../contract/provider-error.ts';
import { startTestProvider, type TestProvider, type TestProviderOptions } from '../testing/index.ts';
import { defineKind } from './define-kind.ts';
import type { StoreReference } from './store-reference.ts';

const apiVersion = 'provider.external-secrets.io/v2alpha1';
const stores = 'external-secrets.io/v1';

let lab: TlsLab;
let provider: TestProvider;
let tls: TestProviderOptions['tls'];
let seen: StoreReference[];
let opened: number;

const object = { apiVersion, plural: 'probes', features: ['get', 'map'] as const, metricName: 'Probe' };

const probe = defineKind({
  ...object,
  kind: 'Probe',
  checkConfig: () => ({ problems: [], warnings: ['region is deprecated'] }),
  open: ({ source, credentials }) => {
    opened++;
    return {
      getSecret: (_ref, { store }) => {
        seen.push(store);
        return Promise.resolve(Buffer.from(`${source.namespace}/${source.name} with ${credentials.namespace}`));
      },
      getSecretMap: async () => new Map([['k', await credentials.secretKey({ name: 'login', key: 'k' }, 'spec.auth')]]),
    };
  },
});

beforeAll(async () => {
  lab = await TlsLab.create();
  tls = {
    serverDir: await lab.directory(await lab.server()),
    clientDir: await lab.directory(await lab.client()),
    serverName: LAB_SERVER_NAME,
  };
});
afterAll(() => lab.remove());
beforeEach(async () => {
  seen = [];
  opened = 0;
  provider = await startTestProvider({
    definition: { name: 'probe', kinds: [probe] },
    tls,
    allowUnnamedStores: false,
    adminNamespaces: ['platform'],
  });
  for (const namespace of ['team-a', 'team-b', 'platform'])
    for (const name of ['one', 'two'])
      provider.objects.apply({ apiVersion, kind: 'Probe', metadata: { namespace, name }, spec: {} });
});
afterEach(() => provider.stop());

const ref = { apiVersion, kind: 'Probe', name: 'one' };

const own = (namespace = 'team-a', spec: object = {}) =>
  provider.objects.apply({
    apiVersion: stores,
    kind: 'Provider',
    metadata: { namespace, name: 'main' },
    spec: { address: 'a.b.svc:1', providerRef: ref, ...spec },
  });

const shared = (spec: object = {}) =>
  provider.objects.apply({
    apiVersion: stores,
    kind: 'ClusterProvider',
    metadata: { name: 'shared' },
    spec: { address: 'a.b.svc:1', providerRef: { ...ref, namespace: 'platform' }, ...spec },
  });

const ofOwn = { ...ref, namespace: 'team-a', storeRefKind: 'Provider', storeName: 'main' };
const ofShared = {
  ...ref,
  namespace: 'platform',
  storeRefKind: 'ClusterProvider',
  storeName: 'shared',
  authNamespace: 'platform',
  requesterNamespace: 'team-a',
};

async function get(providerRef: object, sourceNamespace = 'team-a'): Promise<string> {
  const { value } = await provider.client.store.getSecret({ providerRef, sourceNamespace, remoteRef: { key: 'k' } });
  return Buffer.from(value).toString();
}

async function refusal(call: Promise<unknown>): Promise<ProviderError> {
  const thrown: unknown = await call.then(
    (answer) => new ConnectError(`answered ${String(answer)}`),
    (error: unknown) => error,
  );
  return fromConnectError(ConnectError.from(thrown));
}

test('what the store says is served, with the store as it was read', async () => {
  const uid = own().metadata.uid ?? '';
  const known = { storeUid: uid, storeGeneration: 1n, requesterNamespace: 'team-a', authNamespace: 'team-a' };
  expect(await get({ ...ofOwn, ...known })).toBe('team-a/one with team-a');
  shared();
  expect(await get(ofShared, 'platform')).toBe('platform/one with platform');
  expect(seen).toMatchObject([
    { kind: 'Provider', name: 'main', uid },
    { kind: 'ClusterProvider', name: 'shared' },
  ]);
});

describe('a stolen client key', () => {
  test.each<[string, object, string, string]>([
    ['a store that is invented', { ...ofShared, storeName: 'mine' }, 'platform', 'STORE_NOT_FOUND'],
    ['a Provider of a namespace without one', { ...ofOwn, namespace: '' }, 'team-b', 'STORE_NOT_FOUND'],
    ['no store at all', { ...ref, namespace: 'team-a' }, 'team-a', 'INVALID_REQUEST'],
    ['a kind of store and no name', { ...ref, storeRefKind: 'ClusterProvider' }, 'team-b', 'INVALID_REQUEST'],
    ['a store of a kind that is none', { ...ofOwn, storeRefKind: 'Config' }, 'team-a', 'INVALID_REQUEST'],
    [
      'a real store as if it were cluster-scoped',
      { ...ofOwn, storeRefKind: 'ClusterProvider' },
      'team-a',
      'STORE_NOT_FOUND',
    ],
    ['another config object', { ...ofShared, name: 'two' }, 'platform', 'STORE_MISMATCH'],
    ["a tenant's config object", { ...ofShared, namespace: 'team-b' }, 'platform', 'STORE_MISMATCH'],
    ["a tenant's credentials", { ...ofShared, authNamespace: 'team-b' }, 'platform', 'STORE_MISMATCH'],
    ["a tenant's namespace as the source", ofShared, 'team-b', 'STORE_MISMATCH'],
    ['another UID', { ...ofShared, storeUid: 'forged' }, 'platform', 'CONFLICT'],
    ['a path as the name of a store', { ...ofShared, storeName: '../../secrets/x' }, 'platform', 'INVALID_REQUEST'],
  ])('gets nothing with %s', async (_what, providerRef, source, code) => {
    own();
    shared();
    expect((await refusal(get(providerRef, source))).code).toBe(code);
    const { validate, capabilities } = provider.client.store;
    for (const ask of [validate, capabilities])
      expect((await refusal(ask({ providerRef, sourceNamespace: source }))).code).toBe(code);
    expect(opened).toBe(0);
  });

  test('gets no tenant’s Provider that names what is not its own [P2.6.3]', async () => {
    own('team-a', { providerRef: { ...ref, namespace: 'platform' } });
    expect((await refusal(get({ ...ofOwn, namespace: 'platform' }))).code).toBe('NAMESPACE_NOT_ALLOWED');
    expect(opened).toBe(0);
  });
});

describe('conditions', () => {
  const gold = { namespaceSelector: { matchLabels: { tier: 'gold' } } };
  const label = (tier: string) =>
    provider.objects.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a', labels: { tier } } });

  test.each<[string, object[], boolean]>([
    ['its name', [{ namespaces: ['team-a'] }], true],
    ['an expression', [{ namespaceRegexes: ['team-.'] }], true],
    ['its labels', [{ namespaces: ['team-b'] }, gold], true],
    ['other names', [{ namespaces: ['team-b'], namespaceRegexes: ['eam-a'] }], false],
    ['other labels', [{ namespaceSelector: { matchLabels: { tier: 'iron' } } }], false],
  ])('with %s decide here as well', async (_what, conditions, admitted) => {
    label('gold');
    shared({ conditions });
    const call = get(ofShared, 'platform');
    if (admitted) expect(await call).toBe('platform/one with platform');
    else expect(await refusal(call)).toMatchObject({ code: 'STORE_NOT_ALLOWED', field: 'spec.conditions' });
  });

  test('see a label that core was told of a moment ago', async () => {
    label('iron');
    shared({ conditions: [gold] });
    expect((await refusal(get(ofShared, 'platform'))).code).toBe('STORE_NOT_ALLOWED');
    label('gold');
    expect(await get(ofShared, 'platform')).toBe('platform/one with platform');
  });

  test('are not got around by leaving the namespace out [P2.6.2]', async () => {
    shared({ conditions: [{ namespaces: ['team-b'] }] });
    const nobody = { ...ofShared, requesterNamespace: '' };
    expect(await refusal(get(nobody, 'platform'))).toMatchObject({
      code: 'INVALID_REQUEST',
      field: 'provider_ref.requester_namespace',
    });
    // Core validates on nobody's behalf.
    expect(await provider.client.store.validate({ providerRef: nobody, sourceNamespace: 'platform' })).toMatchObject({
      valid: true,
    });
  });
});

test('a store that was changed is seen at once by a core that knows of it', async () => {
  own();
  expect(await get(ofOwn)).toBe('team-a/one with team-a');
  own('team-a', { providerRef: { ...ref, name: 'two' } });
  expect(await get({ ...ofOwn, name: 'two', storeGeneration: 2n })).toBe('team-a/two with team-a');
  expect(await refusal(get({ ...ofOwn, storeGeneration: 1n }))).toMatchObject({ code: 'CONFLICT', retryable: true });
  expect((await refusal(get({ ...ofOwn, storeGeneration: 2n }))).code).toBe('STORE_MISMATCH');
});

test('the store is one read for many calls', async () => {
  own();
  await get(ofOwn);
  const before = provider.objects.reads;
  await Promise.all(Array.from({ length: 50 }, () => get(ofOwn)));
  expect(provider.objects.reads).toBe(before);
});

test('a store whose scope leaves the credentials to each user is checked as far as that goes, and warned about', async () => {
  shared({ authenticationScope: 'ManifestNamespace' });
  const providerRef = { ...ref, namespace: 'platform', storeRefKind: 'ClusterProvider', storeName: 'shared' };
  const validate = () => provider.client.store.validate({ providerRef, sourceNamespace: '' });
  expect(await validate()).toMatchObject({
    valid: true,
    validationUnknown: true,
    warnings: ['region is deprecated'],
  });
  provider.objects.remove('Probe', { namespace: 'platform', name: 'one' });
  shared({ authenticationScope: 'ManifestNamespace', providerRef: { ...ref, name: 'gone', namespace: 'platform' } });
  expect(
    await refusal(
      provider.client.store.validate({
        providerRef: { ...providerRef, name: 'gone', storeGeneration: 2n },
        sourceNamespace: '',
      }),
    ),
  ).toMatchObject({ code: 'CONFIG_NOT_FOUND' });
});

test('warnings of a config come with Validate', async () => {
  own();
  expect(await provider.client.store.validate({ providerRef: ofOwn, sourceNamespace: 'team-a' })).toMatchObject({
    valid: true,
    warnings: ['region is deprecated'],
  });
});

test('a kind that claims what its backend lacks makes no valid store', async () => {
  const boastful = defineKind({
    ...object,
    kind: 'Boastful',
    open: () => ({ getSecret: () => Promise.reject(new Error()) }),
  });
  const boasting = await startTestProvider({ definition: { name: 'boastful', kinds: [boastful] }, tls });
  try {
    boasting.objects.apply({ apiVersion, kind: 'Boastful', metadata: { namespace: 'team-a', name: 'one' }, spec: {} });
    const providerRef = { apiVersion, kind: 'Boastful', name: 'one', storeRefKind: 'Provider' };
    const validate = boasting.client.store.validate({ providerRef, sourceNamespace: 'team-a' });
    expect(await refusal(validate)).toMatchObject({
      code: 'INTERNAL',
      publicMessage: 'kind Boastful claims the feature map, but its backend has no getSecretMap',
    });
  } finally {
    await boasting.stop();
  }
});
