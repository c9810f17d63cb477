/** Whoever holds core's client key, and the stores of External Secrets 2.x: inline and by reference, at both scopes. */
import { ConnectError } from '@connectrpc/connect';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import type { ProviderError } from '../contract/provider-error.ts';
import { startTestProvider, type TestProvider } from '../testing/index.ts';
import type { Backend } from './backend.ts';
import { defineInlineKind, defineKind } from './define-kind.ts';
import type { OpenContext } from './open-context.ts';

const apiVersion = 'external-secrets.io/v1';
const config = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Probe', name: 'one' };

interface Config {
  secretRef?: { name: string; namespace?: string };
}

let lab: TlsLab;
let provider: TestProvider;
let opened = 0;

/** Answers with the credentials that it was given, and whose they are. */
function open({ config: { secretRef = { name: 'login' } }, credentials }: OpenContext<Config>): Backend {
  opened++;
  return { getSecret: () => credentials.secretKey({ ...secretRef, key: 'k' }, 'spec.secretRef') };
}
const behaviour = { features: ['get'] as const, metricName: 'Probe', open };
const properties = { name: { type: 'string' }, namespace: { type: 'string' } };
const schema = { type: 'object', properties: { secretRef: { type: 'object', properties } } };
const kinds = [
  defineKind<Config>({ ...behaviour, apiVersion: config.apiVersion, kind: config.kind, plural: 'probes' }),
  defineInlineKind<Config>({ ...behaviour, key: 'probe', schema }),
];

beforeAll(async () => {
  lab = await TlsLab.create();
  provider = await startTestProvider({
    definition: { name: 'probe', kinds },
    tls: {
      serverDir: await lab.directory(await lab.server()),
      clientDir: await lab.directory(await lab.client()),
      serverName: LAB_SERVER_NAME,
    },
    allowUnnamedStores: false,
    adminNamespaces: ['platform'],
  });
  for (const namespace of ['team-a', 'team-b', 'platform']) {
    const data = { k: Buffer.from(`login of ${namespace}`).toString('base64') };
    provider.objects.apply({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name: 'login' }, data });
    for (const name of ['one', 'two']) object(namespace, name);
  }
});
afterAll(async () => {
  await provider.stop();
  await lab.remove();
});

let count = 0;
let name: string;
beforeEach(() => {
  name = `store-${++count}`;
  opened = 0;
});

type Kind = 'SecretStore' | 'ClusterSecretStore';

function object(namespace: string, of: string, spec: Config = {}): void {
  const { apiVersion: version, kind } = config;
  provider.objects.apply({ apiVersion: version, kind, metadata: { namespace, name: of }, spec });
}

function store(kind: Kind, spec: object): void {
  provider.objects.apply({
    apiVersion,
    kind,
    metadata: kind === 'SecretStore' ? { namespace: 'team-a', name } : { name },
    spec,
  });
}

const inline = (kind: Kind, changes: object = {}) => ({
  apiVersion,
  kind,
  name,
  storeRefKind: kind,
  storeName: name,
  ...changes,
});
const byRef = (kind: Kind, changes: object = {}) => ({
  ...config,
  storeRefKind: kind,
  storeName: name,
  requesterNamespace: 'team-a',
  ...changes,
});

async function get(providerRef: object, sourceNamespace = 'team-a'): Promise<string> {
  const { value } = await provider.client.store.getSecret({ providerRef, sourceNamespace, remoteRef: { key: 'k' } });
  return Buffer.from(value).toString();
}

/** Every call is refused alike, and nothing was opened. */
async function refusal(providerRef: object, sourceNamespace = 'team-a'): Promise<ProviderError> {
  const { getSecret, validate, capabilities } = provider.client.store;
  const calls = [
    getSecret({ providerRef, sourceNamespace, remoteRef: { key: 'k' } }),
    validate({ providerRef, sourceNamespace }),
    capabilities({ providerRef, sourceNamespace }),
  ];
  const errors: ProviderError[] = [];
  for (const call of calls) {
    const thrown: unknown = await (call as Promise<unknown>).then(
      (answer) => new ConnectError(`answered ${String(answer)}`),
      (error: unknown) => error,
    );
    errors.push(fromConnectError(ConnectError.from(thrown)));
  }
  const [first] = errors as [ProviderError];
  expect(errors.map(({ code }) => code)).toEqual(errors.map(() => first.code));
  expect(opened).toBe(0);
  return first;
}

test('what such stores say is served: the victims of what follows', async () => {
  store('SecretStore', { provider: { probe: {} } });
  expect(await get(inline('SecretStore'))).toBe('login of team-a');
  name = `store-${++count}`;
  store('SecretStore', { providerRef: config });
  expect(await get(byRef('SecretStore'))).toBe('login of team-a');
  name = `store-${++count}`;
  store('ClusterSecretStore', { provider: { probe: { secretRef: { name: 'login', namespace: 'platform' } } } });
  expect(await get(inline('ClusterSecretStore'))).toBe('login of platform');
  name = `store-${++count}`;
  store('ClusterSecretStore', { providerRef: { ...config, namespace: 'platform' } });
  expect(await get(byRef('ClusterSecretStore', { namespace: 'platform' }))).toBe('login of platform');
});

describe('a stolen client key gets nothing from a SecretStore', () => {
  test.each<[string, object, string, string]>([
    ['of another namespace, inline', {}, 'team-b', 'STORE_NOT_FOUND'],
    ['with credentials of another', { authNamespace: 'team-b' }, 'team-a', 'STORE_MISMATCH'],
    ['with its config elsewhere', { namespace: 'team-b' }, 'team-a', 'STORE_MISMATCH'],
    ['on behalf of another', { requesterNamespace: 'team-b' }, 'team-a', 'STORE_MISMATCH'],
    ['as if it were of the cluster', { storeRefKind: 'ClusterSecretStore' }, 'team-a', 'INVALID_REQUEST'],
    [
      'wholly as one of the cluster',
      { storeRefKind: 'ClusterSecretStore', kind: 'ClusterSecretStore' },
      'team-a',
      'STORE_NOT_FOUND',
    ],
    ['under another UID', { storeUid: 'forged' }, 'team-a', 'CONFLICT'],
    ['with another config', { ...config }, 'team-a', 'STORE_MISMATCH'],
    ['that is invented', { name: 'invented', storeName: 'invented' }, 'team-a', 'STORE_NOT_FOUND'],
    ['of nobody', {}, '', 'INVALID_REQUEST'],
  ])('inline: %s', async (_what, changes, source, code) => {
    store('SecretStore', { provider: { probe: {} } });
    expect((await refusal(inline('SecretStore', changes), source)).code).toBe(code);
  });

  test.each<[string, object, string, string]>([
    ['of another namespace', {}, 'team-b', 'STORE_NOT_FOUND'],
    ['another config', { name: 'two' }, 'team-a', 'STORE_MISMATCH'],
    ['a config of another', { namespace: 'team-b' }, 'team-a', 'STORE_MISMATCH'],
    ['a config of an administrator', { namespace: 'platform' }, 'team-a', 'STORE_MISMATCH'],
    ['credentials of another', { authNamespace: 'platform' }, 'team-a', 'STORE_MISMATCH'],
    ['on behalf of another', { requesterNamespace: 'team-b' }, 'team-a', 'STORE_MISMATCH'],
    ['as if it were of the cluster', { storeRefKind: 'ClusterSecretStore' }, 'team-a', 'STORE_NOT_FOUND'],
    ['as if it were a Provider', { storeRefKind: 'Provider' }, 'team-a', 'STORE_NOT_FOUND'],
  ])('by reference: %s', async (_what, changes, source, code) => {
    store('SecretStore', { providerRef: config });
    expect((await refusal(byRef('SecretStore', changes), source)).code).toBe(code);
  });

  test('that names what is not its own, whatever core let through', async () => {
    store('SecretStore', { providerRef: { ...config, namespace: 'platform' } });
    expect((await refusal(byRef('SecretStore', { namespace: 'platform' }))).code).toBe('NAMESPACE_NOT_ALLOWED');
  });

  test.each([
    ['two keys', { probe: {}, other: {} }, 'CONFIG_INVALID'],
    ['no key', {}, 'CONFIG_INVALID'],
    ["another provider's key", { other: {} }, 'UNSUPPORTED'],
  ])('that has %s', async (_what, of, code) => {
    store('SecretStore', { provider: of });
    expect((await refusal(inline('SecretStore'))).code).toBe(code);
  });

  test('that has a config and a reference to one', async () => {
    store('SecretStore', { provider: { probe: {} }, providerRef: config });
    expect((await refusal(inline('SecretStore'))).code).toBe('CONFIG_INVALID');
  });

  test('whose config leads to credentials of another namespace', async () => {
    store('SecretStore', { provider: { probe: { secretRef: { name: 'login', namespace: 'team-b' } } } });
    await expect(get(inline('SecretStore'))).rejects.toThrow(/may not use credentials of namespace team-b/);
    object('team-a', 'greedy', { secretRef: { name: 'login', namespace: 'platform' } });
    name = `store-${++count}`;
    store('SecretStore', { providerRef: { ...config, name: 'greedy' } });
    await expect(get(byRef('SecretStore', { name: 'greedy' }))).rejects.toThrow(
      /may not use credentials of namespace platform/,
    );
  });
});

describe('a stolen client key gets nothing from a ClusterSecretStore', () => {
  const conditions = [{ namespaces: ['team-a'] }];
  const greedy = { secretRef: { name: 'login', namespace: 'platform' } };

  test.each<[string, object, string, string]>([
    ['for a namespace that it does not admit', {}, 'team-b', 'STORE_NOT_ALLOWED'],
    ['with credentials of another', { authNamespace: 'platform' }, 'team-a', 'STORE_MISMATCH'],
    ['as a SecretStore', { storeRefKind: 'SecretStore', kind: 'SecretStore' }, 'team-a', 'STORE_NOT_FOUND'],
    ['as if somebody else asked', { requesterNamespace: 'team-a' }, 'team-b', 'STORE_MISMATCH'],
    ['with a config object', { ...config, namespace: 'platform' }, 'team-a', 'STORE_MISMATCH'],
  ])('inline: %s', async (_what, changes, source, code) => {
    store('ClusterSecretStore', { provider: { probe: greedy }, conditions });
    expect((await refusal(inline('ClusterSecretStore', changes), source)).code).toBe(code);
  });

  test.each<[string, object, string, string]>([
    ['for a namespace that it does not admit', { requesterNamespace: '' }, 'team-b', 'STORE_NOT_ALLOWED'],
    ['as if somebody else asked', {}, 'team-b', 'STORE_MISMATCH'],
    ['another config', { name: 'two' }, 'team-a', 'STORE_MISMATCH'],
    ['a config of another namespace', { namespace: 'team-b' }, 'team-a', 'STORE_MISMATCH'],
    ['credentials of another', { authNamespace: 'team-b' }, 'team-a', 'STORE_MISMATCH'],
  ])('by reference: %s', async (_what, changes, source, code) => {
    store('ClusterSecretStore', { providerRef: { ...config, namespace: 'platform' }, conditions });
    expect((await refusal(byRef('ClusterSecretStore', { namespace: 'platform', ...changes }), source)).code).toBe(code);
  });

  test("a tenant's config object gains nothing by a store of the cluster that uses it", async () => {
    object('team-b', 'greedy', greedy);
    store('ClusterSecretStore', { providerRef: { ...config, name: 'greedy', namespace: 'team-b' } });
    await expect(get(byRef('ClusterSecretStore', { name: 'greedy', namespace: 'team-b' }))).rejects.toThrow(
      /may not use credentials of namespace platform/,
    );
  });
});
