import { parseManifests } from './manifest.ts';
import { placeRights } from './rights.ts';

const documents = parseManifests(`
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata: { name: reads-crds, annotations: { external-secrets.io/rights-scope: cluster } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: tenant, namespace: default, annotations: { external-secrets.io/rights-scope: tenant-namespace } }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: tenant }
subjects: [{ kind: ServiceAccount, name: core, namespace: external-secrets }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: own, namespace: provider-aws, annotations: { external-secrets.io/rights-scope: provider-namespace } }
`);

const names = (list: ReturnType<typeof placeRights>): string[] =>
  list.map(({ kind, metadata }) => `${kind} ${metadata.namespace ?? '-'}/${metadata.name}`);

test('each document is applied once for each namespace of its scope', () => {
  const placed = placeRights(documents, { chart: 'provider-aws', tenantNamespaces: ['a', 'b'] });
  expect(names(placed)).toEqual([
    'ClusterRole -/reads-crds',
    'RoleBinding a/tenant',
    'RoleBinding b/tenant',
    'Role provider-aws/own',
  ]);
});

test('credentials are read in the namespaces of both lists, once in each', () => {
  const credentials = parseManifests(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: keys, annotations: { external-secrets.io/rights-scope: 'tenant-namespace, credential-namespace' } }
`);
  const placed = placeRights([...documents, ...credentials], {
    chart: 'provider-aws',
    tenantNamespaces: ['a', 'b'],
    credentialNamespaces: ['b', 'vault'],
  });
  expect(names(placed).filter((name) => name.startsWith('Role '))).toEqual([
    'Role provider-aws/own',
    'Role a/keys',
    'Role b/keys',
    'Role vault/keys',
  ]);
  expect(names(placed)).not.toContain('RoleBinding vault/tenant');
});

test('tokens are asked for in the namespaces that are listed for it, and in no others', () => {
  const tokens = parseManifests(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: tokens, annotations: { external-secrets.io/rights-scope: token-namespace } }
`);
  const options = { chart: 'provider-aws', tenantNamespaces: ['a', 'b'], credentialNamespaces: ['vault'] };
  expect(placeRights(tokens, options)).toEqual([]);
  expect(placeRights(tokens, { ...options, tenantNamespaces: 'all' })).toEqual([]);
  expect(names(placeRights(tokens, { ...options, tokenNamespaces: ['b'] }))).toEqual(['Role b/tokens']);
});

test.each(['', 'tenant', 'cluster, everywhere'])('a scope that is none is refused: %p', (scope) => {
  const odd = parseManifests(
    `{ apiVersion: v1, kind: Secret, metadata: { name: x, annotations: { external-secrets.io/rights-scope: '${scope}' } } }`,
  );
  expect(() => placeRights(odd, { chart: 'external-secrets' })).toThrow(/Secret x.*rights-scope/);
});

test('all tenant namespaces mean the same right cluster-wide', () => {
  const binding = placeRights(documents, { chart: 'external-secrets', tenantNamespaces: 'all' })[1]!;
  expect(names([binding])).toEqual(['ClusterRoleBinding -/tenant']);
  expect(binding['roleRef']).toMatchObject({ kind: 'ClusterRole', name: 'tenant' });
});

test('subjects follow a renamed namespace', () => {
  const rename = { 'external-secrets': 'eso-1', 'provider-aws': 'aws-1' };
  const placed = placeRights(documents, { chart: 'provider-aws', tenantNamespaces: ['a'], rename });
  expect(placed[1]!['subjects']).toEqual([{ kind: 'ServiceAccount', name: 'core', namespace: 'eso-1' }]);
  expect(names(placed)).toContain('Role aws-1/own');
});

test('a document that does not say where it belongs is refused', () => {
  const stray = parseManifests('apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: stray }');
  expect(() => placeRights(stray, { chart: 'external-secrets' })).toThrow(/ServiceAccount stray.*rights-scope/);
});
