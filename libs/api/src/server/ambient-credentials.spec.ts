/** Who may log in as the provider's own pod, over the wire: an administrator's choice, and never by way of another's backend. */
import { ConnectError } from '@connectrpc/connect';
import { LAB_SERVER_NAME, TlsLab } from '@eso/testing';
import { fromConnectError } from '../contract/error-wire.ts';
import { startTestProvider, type TestProvider } from '../testing/index.ts';
import { defineInlineKind, defineKind } from './define-kind.ts';
import type { OpenContext } from './open-context.ts';
import { ambientCredentialsProblem } from './stores/ambient-credentials.ts';

const CONFIG = 'provider.external-secrets.io/v2alpha1';
const STORE = 'external-secrets.io/v1';
const NEW_STORE = 'external-secrets.io/v2alpha1';
const POLICIES = {
  nobody: {},
  'cluster-scoped stores': { clusterStores: true },
  'every store': { clusterStores: true, stores: true },
} as const;
type Policy = keyof typeof POLICIES;

const behaviour = {
  features: ['get'] as const,
  metricName: 'Cloud',
  open: ({ ambientCredentials, at }: OpenContext<object>) => {
    if (!ambientCredentials) throw ambientCredentialsProblem(at('auth'));
    return { getSecret: () => Promise.resolve(Buffer.from('as the pod')) };
  },
};
const inline = defineInlineKind<object>({ key: 'cloud', schema: { type: 'object' }, ...behaviour });
const object = defineKind<object>({ apiVersion: CONFIG, kind: 'Cloud', plural: 'clouds', ...behaviour });

let lab: TlsLab;
const providers = new Map<Policy, TestProvider>();

beforeAll(async () => {
  lab = await TlsLab.create();
  const tls = {
    serverDir: await lab.directory(await lab.server()),
    clientDir: await lab.directory(await lab.client()),
    serverName: LAB_SERVER_NAME,
  };
  const inStore = { provider: { cloud: {} } };
  const refTo = (namespace?: string) => ({
    providerRef: { apiVersion: CONFIG, kind: 'Cloud', name: 'config', ...(namespace && { namespace }) },
  });
  const store = (apiVersion: string, kind: string, name: string, spec: object, namespace?: string) => ({
    apiVersion,
    kind,
    metadata: { name, ...(namespace && { namespace }) },
    spec,
  });
  for (const policy of Object.keys(POLICIES) as Policy[])
    providers.set(
      policy,
      await startTestProvider({
        definition: { name: 'cloud', kinds: [inline, object] },
        tls,
        allowUnnamedStores: false,
        adminNamespaces: ['platform'],
        ambientCredentials: POLICIES[policy],
        objects: [
          ...['platform', 'team-a', 'team-b'].map((namespace) => store(CONFIG, 'Cloud', 'config', {}, namespace)),
          store(STORE, 'ClusterSecretStore', 'shared', inStore),
          store(STORE, 'SecretStore', 'own', inStore, 'team-a'),
          store(NEW_STORE, 'ClusterProvider', 'of-platform', {
            ...refTo('platform'),
            authenticationScope: 'ManifestNamespace',
          }),
          store(NEW_STORE, 'ClusterProvider', 'of-the-asking', {
            ...refTo(),
            authenticationScope: 'ManifestNamespace',
          }),
          store(NEW_STORE, 'ClusterProvider', 'of-team-b', {
            ...refTo('team-b'),
            authenticationScope: 'ManifestNamespace',
          }),
          store(NEW_STORE, 'Provider', 'of-platform', refTo(), 'platform'),
        ],
      }),
    );
});
afterAll(async () => {
  for (const provider of providers.values()) await provider.stop();
  await lab.remove();
});

interface Asked {
  readonly store: string;
  readonly name: string;
  readonly from?: string;
  /** Namespace of a config object that the store names. */
  readonly config?: string;
}

/** @returns the value, or code and field of the refusal. */
async function ask(policy: Policy, { store, name, from = 'team-a', config }: Asked): Promise<string> {
  const provider = providers.get(policy);
  if (!provider) throw new Error('no such provider');
  const isInline = store.endsWith('SecretStore');
  const ref = isInline
    ? { apiVersion: STORE, kind: store, name }
    : { apiVersion: CONFIG, kind: 'Cloud', name: 'config' };
  try {
    const { value } = await provider.client.store.getSecret({
      providerRef: { ...ref, storeRefKind: store, storeName: name, ...(config && { namespace: config }) },
      sourceNamespace: from,
      remoteRef: { key: 'k' },
    });
    return Buffer.from(value).toString();
  } catch (error) {
    const { code, field = '', nextStep } = fromConnectError(ConnectError.from(error));
    return `${code} ${field}${nextStep.includes('--store-ambient-credentials') ? '' : ' without a next step'}`;
  }
}

const YES = 'as the pod';
const INLINE = 'CONFIG_INVALID spec.provider.cloud.auth';
const OBJECT = 'CONFIG_INVALID spec.auth';

describe.each<[string, Asked, Record<Policy, string>]>([
  [
    'a config in a ClusterSecretStore',
    { store: 'ClusterSecretStore', name: 'shared' },
    { nobody: INLINE, 'cluster-scoped stores': YES, 'every store': YES },
  ],
  [
    'a config in a SecretStore',
    { store: 'SecretStore', name: 'own' },
    { nobody: INLINE, 'cluster-scoped stores': INLINE, 'every store': YES },
  ],
  [
    "an administrator's config object by a cluster-scoped store",
    { store: 'ClusterProvider', name: 'of-platform', config: 'platform' },
    { nobody: OBJECT, 'cluster-scoped stores': YES, 'every store': YES },
  ],
  [
    'the same for the namespace that it stands in',
    { store: 'ClusterProvider', name: 'of-platform', config: 'platform', from: 'platform' },
    { nobody: OBJECT, 'cluster-scoped stores': YES, 'every store': YES },
  ],
  [
    'the same config object by a namespaced store, next to one that may',
    { store: 'Provider', name: 'of-platform', config: 'platform', from: 'platform' },
    { nobody: OBJECT, 'cluster-scoped stores': OBJECT, 'every store': YES },
  ],
  [
    "a tenant's config object by a cluster-scoped store",
    { store: 'ClusterProvider', name: 'of-the-asking' },
    { nobody: OBJECT, 'cluster-scoped stores': OBJECT, 'every store': YES },
  ],
  [
    "another tenant's config object",
    { store: 'ClusterProvider', name: 'of-team-b', config: 'team-b' },
    { nobody: OBJECT, 'cluster-scoped stores': OBJECT, 'every store': OBJECT },
  ],
])('%s', (_what, asked, answers) => {
  test.each(Object.keys(POLICIES) as Policy[])('where %s may', async (policy) => {
    expect(await ask(policy, asked)).toBe(answers[policy]);
  });
});

test('a namespaced store gets no backend that is open for a cluster-scoped one, nor the other way round', async () => {
  const policy = 'cluster-scoped stores';
  const config = { config: 'platform', from: 'platform' };
  expect(await ask(policy, { store: 'ClusterProvider', name: 'of-platform', ...config })).toBe(YES);
  expect(await ask(policy, { store: 'Provider', name: 'of-platform', ...config })).toBe(OBJECT);
  expect(await ask(policy, { store: 'ClusterProvider', name: 'of-platform', ...config })).toBe(YES);
});
