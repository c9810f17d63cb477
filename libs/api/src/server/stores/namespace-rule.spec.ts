import { ProviderError } from '../../contract/provider-error.ts';
import { grantNamespaces, type NamespaceClaim, type NamespacePolicy } from './namespace-rule.ts';

const strict: NamespacePolicy = { adminNamespaces: new Set(['platform']), allowUnnamedStores: false };
const lenient: NamespacePolicy = { ...strict, allowUnnamedStores: true };

function claim(storeRefKind: string, fields: Partial<NamespaceClaim> = {}): NamespaceClaim {
  return { storeRefKind, refNamespace: '', sourceNamespace: 'team-a', ...fields };
}

function refusal(given: NamespaceClaim, policy = strict): string {
  try {
    grantNamespaces(given, policy);
  } catch (error) {
    return ProviderError.from(error).code;
  }
  return 'granted';
}

describe('namespaced stores', () => {
  describe.each(['Provider', 'SecretStore', ''])('of kind %p', (kind) => {
    test.each([[''], ['team-a']])(
      'may use config object and credentials of their own namespace (ref %p)',
      (refNamespace) => {
        expect(grantNamespaces(claim(kind, { refNamespace }), strict)).toEqual({
          storeKind: kind,
          configNamespace: 'team-a',
          credentials: { kind: 'ownNamespace', namespace: 'team-a' },
        });
      },
    );

    test.each<[string, Partial<NamespaceClaim>]>([
      ["another tenant's config object", { refNamespace: 'team-b' }],
      ["an administrator's config object", { refNamespace: 'platform' }],
      ["another tenant's credentials", { authNamespace: 'team-b' }],
      ["an administrator's credentials", { authNamespace: 'platform' }],
    ])('are refused %s', (_what, fields) => {
      expect(refusal(claim(kind, fields))).toBe('NAMESPACE_NOT_ALLOWED');
    });

    test('have to say whose they are', () => {
      expect(refusal(claim(kind, { sourceNamespace: '' }))).toBe('INVALID_REQUEST');
    });
  });
});

describe('cluster-scoped stores', () => {
  // kind, ref, source, auth, requester → config, credentials
  test.each<[string, string, string, string, string, string, string, string, object?]>([
    // Config object of the requester: never more than its own namespace (privilege escalation of the proof of concept).
    ['ClusterProvider', '', 'team-a', '', '', 'team-a', 'ownNamespace', 'team-a'],
    ['ClusterSecretStore', '', 'team-a', '', '', 'team-a', 'ownNamespace', 'team-a'],
    ['ClusterProvider', 'team-a', 'team-a', '', '', 'team-a', 'ownNamespace', 'team-a'],
    // Scope ProviderNamespace: config object and credentials of one administrator's namespace, for somebody else.
    ['ClusterProvider', 'platform', 'platform', '', 'team-a', 'platform', 'anyNamespace', 'platform'],
    ['ClusterSecretStore', 'platform', 'team-a', '', '', 'platform', 'anyNamespace', 'platform'],
    // A core that does not send the requester: then the requester may be the owner of the config object.
    [
      'ClusterProvider',
      'platform',
      'platform',
      '',
      '',
      'platform',
      'ownNamespace',
      'platform',
      { administrators: true },
    ],
    // Scope ManifestNamespace: an administrator's config object with the requester's credentials.
    ['ClusterProvider', 'platform', 'team-a', '', '', 'platform', 'anyNamespace', 'team-a'],
    ['ClusterProvider', 'platform', 'platform', 'team-a', 'team-a', 'platform', 'anyNamespace', 'team-a'],
    // The same with a tenant's config object: it must not get to see the requester's credentials.
    ['ClusterProvider', 'team-b', 'team-a', '', '', 'team-b', 'none', 'team-a'],
    ['ClusterSecretStore', 'team-b', 'team-a', 'team-a', '', 'team-b', 'none', 'team-a'],
    // A tenant's config object with its own credentials, for somebody else: what the administrator chose.
    ['ClusterProvider', 'team-b', 'team-b', '', 'team-a', 'team-b', 'ownNamespace', 'team-b'],
    ['ClusterSecretStore', 'team-b', 'team-a', '', '', 'team-b', 'ownNamespace', 'team-b'],
  ])(
    '%s with ref %p, source %p, auth %p, requester %p',
    (kind, refNamespace, sourceNamespace, authNamespace, requesterNamespace, config, scope, namespace, more = {}) => {
      const grant = grantNamespaces(
        claim(kind, { refNamespace, sourceNamespace, authNamespace, requesterNamespace }),
        strict,
      );
      expect(grant).toEqual({
        storeKind: kind,
        configNamespace: config,
        credentials: { kind: scope, namespace, ...more },
      });
    },
  );

  test.each(['ClusterProvider', 'ClusterSecretStore'])('%s leaves it open when nobody asks yet', (kind) => {
    expect(grantNamespaces(claim(kind, { sourceNamespace: '' }), strict)).toBeUndefined();
  });
});

describe('a core that sends no store kind', () => {
  test('may name other namespaces only where that was allowed, and gains no credentials of tenants by it', () => {
    const given = claim('', { refNamespace: 'team-b' });
    expect(refusal(given)).toBe('NAMESPACE_NOT_ALLOWED');
    expect(grantNamespaces(given, lenient)).toEqual({
      storeKind: '',
      configNamespace: 'team-b',
      credentials: { kind: 'none', namespace: 'team-a' },
    });
  });

  test("may use an administrator's config object with the requester's credentials where that was allowed", () => {
    expect(grantNamespaces(claim('', { refNamespace: 'platform' }), lenient)?.credentials).toEqual({
      kind: 'ownNamespace',
      namespace: 'team-a',
    });
  });
});

test('a kind of store that is not known is refused', () => {
  expect(refusal(claim('PlatformStore'))).toBe('INVALID_REQUEST');
});
