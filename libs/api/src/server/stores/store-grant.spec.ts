import { ProviderError } from '../../contract/provider-error.ts';
import type { NamespacePolicy } from './namespace-rule.ts';
import { grantByStore, type StoreClaim } from './store-grant.ts';
import type { StoreKind } from '../../resources/external-secret.ts';
import type { StoreRecord } from './store-record.ts';

const policy: NamespacePolicy = { adminNamespaces: new Set(['platform']), allowUnnamedStores: false };
const config = { apiVersion: 'g/v1', kind: 'Probe', name: 'one' };

function record(kind: StoreKind, changes: Partial<StoreRecord> & { configNamespace?: string } = {}): StoreRecord {
  const { configNamespace, ...rest } = changes;
  const own = kind === 'Provider' || kind === 'SecretStore';
  return {
    kind,
    name: 's',
    ...(own ? { namespace: 'team-a' } : {}),
    uid: 'u',
    generation: 3,
    providerRef: { ...config, ...(configNamespace ? { namespace: configNamespace } : {}) },
    authenticationScope: 'ProviderNamespace',
    conditions: [],
    ...rest,
  };
}

function claim(storeRefKind: StoreKind, changes: Partial<StoreClaim> = {}): StoreClaim {
  return { storeRefKind, refNamespace: '', sourceNamespace: 'team-a', generation: 3, config, ...changes };
}

function code(given: StoreClaim, store: StoreRecord): string {
  try {
    grantByStore(given, store, policy);
  } catch (error) {
    return ProviderError.from(error).code;
  }
  return 'granted';
}

describe.each<StoreKind>(['Provider', 'SecretStore'])('a %s', (kind) => {
  const own = {
    grant: {
      storeKind: kind,
      configNamespace: 'team-a',
      credentials: { kind: 'ownNamespace', namespace: 'team-a' },
    },
    requester: 'team-a',
  };

  test.each<[string, Partial<StoreClaim>, string | undefined]>([
    ['as core asks', { refNamespace: 'team-a', authNamespace: 'team-a', requesterNamespace: 'team-a' }, undefined],
    ['with nothing but what is required', {}, undefined],
    ['where the store names its own namespace', {}, 'team-a'],
  ])('gives its own namespace %s', (_what, changes, configNamespace) => {
    expect(
      grantByStore(claim(kind, changes), record(kind, configNamespace ? { configNamespace } : {}), policy),
    ).toEqual(own);
  });

  test.each<[string, Partial<StoreClaim>, string]>([
    ['another config object', { config: { ...config, name: 'two' } }, 'STORE_MISMATCH'],
    ['a config object of another kind', { config: { ...config, kind: 'Other' } }, 'STORE_MISMATCH'],
    ['a config object of another version', { config: { ...config, apiVersion: 'g/v2' } }, 'STORE_MISMATCH'],
    ["another namespace's config object", { refNamespace: 'team-b' }, 'STORE_MISMATCH'],
    ["another namespace's credentials", { authNamespace: 'platform' }, 'STORE_MISMATCH'],
    ['another namespace', { requesterNamespace: 'team-b' }, 'STORE_MISMATCH'],
  ])('refuses %s, whatever the request says', (_what, changes, expected) => {
    expect(code(claim(kind, changes), record(kind))).toBe(expected);
  });

  test('that names a config object of another namespace gives nothing', () => {
    expect(code(claim(kind, { refNamespace: 'team-b' }), record(kind, { configNamespace: 'team-b' }))).toBe(
      'NAMESPACE_NOT_ALLOWED',
    );
  });
});

describe('a cluster-scoped store', () => {
  // store kind, scope, its config's namespace, source, ref, auth, requester → config, credentials
  test.each<
    [StoreKind, StoreRecord['authenticationScope'], string, string, string, string, string, string, string, string]
  >([
    // prettier-ignore
    ['ClusterProvider', 'ProviderNamespace', 'platform', 'platform', 'platform', 'platform', 'team-a', 'platform', 'anyNamespace', 'platform'],
    // prettier-ignore
    ['ClusterProvider', 'ProviderNamespace', 'platform', 'platform', '', '', 'team-a', 'platform', 'anyNamespace', 'platform'],
    // A tenant's config object with its own credentials, for somebody else: what the administrator chose.
    // prettier-ignore
    ['ClusterProvider', 'ProviderNamespace', 'team-b', 'team-b', 'team-b', 'team-b', 'team-a', 'team-b', 'ownNamespace', 'team-b'],
    // prettier-ignore
    ['ClusterProvider', 'ManifestNamespace', '', 'team-a', 'team-a', 'team-a', 'team-a', 'team-a', 'ownNamespace', 'team-a'],
    // prettier-ignore
    ['ClusterProvider', 'ManifestNamespace', 'platform', 'team-a', 'platform', 'team-a', 'team-a', 'platform', 'anyNamespace', 'team-a'],
    // A tenant's config object must not get to see the requester's credentials.
    ['ClusterProvider', 'ManifestNamespace', 'team-b', 'team-a', 'team-b', 'team-a', '', 'team-b', 'none', 'team-a'],
    // prettier-ignore
    ['ClusterSecretStore', 'ProviderNamespace', 'platform', 'team-a', 'platform', '', 'team-a', 'platform', 'anyNamespace', 'platform'],
    ['ClusterSecretStore', 'ProviderNamespace', '', 'team-a', '', 'team-a', '', 'team-a', 'ownNamespace', 'team-a'],
  ])(
    '%s, %s, config of %p: source %p, ref %p, auth %p, requester %p [P2.6.5] [P2.6.6]',
    (
      kind,
      authenticationScope,
      configNamespace,
      sourceNamespace,
      refNamespace,
      authNamespace,
      requesterNamespace,
      from,
      scope,
      credentials,
    ) => {
      const store = record(kind, { authenticationScope, ...(configNamespace ? { configNamespace } : {}) });
      const given = claim(kind, { sourceNamespace, refNamespace, authNamespace, requesterNamespace });
      expect(grantByStore(given, store, policy)).toEqual({
        requester: 'team-a',
        grant: { storeKind: kind, configNamespace: from, credentials: { kind: scope, namespace: credentials } },
      });
    },
  );

  const byProvider = record('ClusterProvider', { configNamespace: 'platform' });
  const byManifest = record('ClusterProvider', {
    configNamespace: 'platform',
    authenticationScope: 'ManifestNamespace',
  });
  const asked = { refNamespace: 'platform', sourceNamespace: 'platform', requesterNamespace: 'team-a' };

  test.each<[string, Partial<StoreClaim>, StoreRecord]>([
    ['another config object', { ...asked, config: { ...config, name: 'two' } }, byProvider],
    ['the requester’s credentials, which its scope does not give', { ...asked, sourceNamespace: 'team-a' }, byProvider],
    ['credentials of a third namespace', { ...asked, authNamespace: 'team-b' }, byProvider],
    ['a config object of a third namespace', { ...asked, refNamespace: 'team-b' }, byProvider],
    ["the administrator's credentials, which its scope does not give", asked, byManifest],
    ['them as auth_namespace', { refNamespace: 'platform', authNamespace: 'platform' }, byManifest],
    ['one namespace’s credentials for another', { refNamespace: 'platform', requesterNamespace: 'team-b' }, byManifest],
  ])('refuses %s', (_what, changes, store) => {
    expect(code(claim('ClusterProvider', changes), store)).toBe('STORE_MISMATCH');
  });

  test('that nobody uses yet leaves it open', () => {
    expect(
      grantByStore(claim('ClusterProvider', { sourceNamespace: '', refNamespace: 'platform' }), byManifest, policy),
    ).toEqual({ grant: undefined, requester: undefined });
    const validated = claim('ClusterProvider', { sourceNamespace: 'platform', refNamespace: 'platform' });
    expect(grantByStore(validated, byProvider, policy)).toMatchObject({
      requester: undefined,
      grant: { configNamespace: 'platform' },
    });
  });

  test('of scope ProviderNamespace without a namespace is not usable', () => {
    expect(code(claim('ClusterProvider'), record('ClusterProvider'))).toBe('CONFIG_INVALID');
  });

  test.each<[StoreKind, string]>([
    ['ClusterProvider', 'anyNamespace'],
    ['Provider', 'NAMESPACE_NOT_ALLOWED'],
  ])('a cluster-scoped config object is an administrator’s: %s', (kind, expected) => {
    const store = record(kind, kind === 'ClusterProvider' ? { configNamespace: 'team-b' } : {});
    const given = claim(kind, {
      configScope: 'Cluster',
      ...(kind === 'ClusterProvider' ? { sourceNamespace: 'team-b', requesterNamespace: 'team-a' } : {}),
    });
    if (kind === 'Provider') expect(code(given, store)).toBe(expected);
    else expect(grantByStore(given, store, policy).grant?.credentials.kind).toBe(expected);
  });
});

describe('a config in the store itself', () => {
  const inline = (kind: StoreKind): StoreRecord => {
    const { name, namespace, uid, generation, authenticationScope, conditions } = record(kind);
    const common = {
      kind,
      name,
      uid,
      generation,
      authenticationScope,
      conditions,
      inline: { keys: 1, key: 'probe', config: {} },
    };
    return namespace === undefined ? common : { ...common, namespace };
  };
  const given = (storeRefKind: StoreKind, changes: Partial<StoreClaim> = {}): StoreClaim => ({
    storeRefKind,
    refNamespace: '',
    sourceNamespace: 'team-a',
    generation: 3,
    ...changes,
  });

  test('uses the credentials of its namespace, or of any where it is cluster-scoped', () => {
    expect(grantByStore(given('SecretStore'), inline('SecretStore'), policy).grant).toEqual({
      storeKind: 'SecretStore',
      configNamespace: 'team-a',
      credentials: { kind: 'ownNamespace', namespace: 'team-a', holder: 'store' },
    });
    expect(grantByStore(given('ClusterSecretStore'), inline('ClusterSecretStore'), policy).grant).toEqual({
      storeKind: 'ClusterSecretStore',
      configNamespace: '',
      credentials: { kind: 'anyNamespace', namespace: 'team-a', holder: 'store' },
    });
  });

  test('that nobody uses yet leaves it open', () => {
    const open = given('ClusterSecretStore', { sourceNamespace: '' });
    expect(grantByStore(open, inline('ClusterSecretStore'), policy)).toEqual({
      grant: undefined,
      requester: undefined,
    });
  });

  test.each<StoreKind>(['SecretStore', 'ClusterSecretStore'])('beside a reference makes no %s', (kind) => {
    const both = { ...inline(kind), providerRef: { ...config, namespace: 'team-a' } };
    for (const wanted of [given(kind), claim(kind)]) expect(code(wanted, both)).toBe('CONFIG_INVALID');
  });

  test.each<[string, StoreClaim, StoreRecord]>([
    ['a store that names a config object', given('SecretStore'), record('SecretStore')],
    ['a config object beside it', claim('SecretStore'), inline('SecretStore')],
    ['credentials of another namespace', given('SecretStore', { authNamespace: 'team-b' }), inline('SecretStore')],
  ])('refuses %s', (_what, wanted, store) => {
    expect(code(wanted, store)).toBe('STORE_MISMATCH');
  });
});

test('a core that knows an earlier version is told to ask again', () => {
  const old = claim('Provider', { generation: 2, config: { ...config, name: 'before' } });
  expect(code(old, record('Provider'))).toBe('CONFLICT');
  expect(code(claim('Provider', { generation: 2 }), record('Provider'))).toBe('granted');
});
