/** Rules for stores and classes. */
import { inCluster, inTenant, type Kind, type RuleRow } from './row.ts';

const provider = { fake: { data: [] } };
const config = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'c' };
const foreign = { ...config, namespace: 'other' };
const address = 'a.b.svc:1';

interface Ruled {
  readonly kind: Kind;
  /** A spec that nothing refuses. */
  readonly spec: object;
}
const STORES: readonly Ruled[] = [
  { kind: 'SecretStore', spec: { provider } },
  { kind: 'ClusterSecretStore', spec: { provider } },
  { kind: 'Provider', spec: { address, providerRef: config } },
  { kind: 'ClusterProvider', spec: { address, providerRef: foreign } },
];
const CLASSES: readonly Ruled[] = [{ kind: 'ClusterProviderClass', spec: { address } }];

const row = (kind: Kind, part: string, spec: object, says: string): RuleRow => {
  const isOfCluster = kind.startsWith('Cluster');
  return {
    policy: `${kind.toLowerCase()}-validate`,
    part,
    request: (isOfCluster ? inCluster : inTenant)(kind, spec),
    ...(isOfCluster ? { refused: ['admin'], noRight: ['tenant'] } : { refused: ['tenant', 'admin'] }),
    says,
  };
};

export const storeRows: readonly RuleRow[] = [
  ...STORES.map(({ kind, spec }) =>
    row(
      kind,
      'variable problems0',
      { ...spec, refreshInterval: '30' },
      'spec.refreshInterval: invalid refreshInterval "30": not a duration',
    ),
  ),
  ...[...STORES, ...CLASSES]
    .filter(({ kind }) => kind !== 'Provider')
    .map(({ kind, spec }) =>
      row(
        kind,
        'validation 0',
        { ...spec, conditions: [{ namespaceRegexes: ['('] }] },
        "expression 'variables.namespaceRegexesCompile' resulted in error",
      ),
    ),
  row(
    'SecretStore',
    'variable problems1',
    { providerRef: foreign, runtimeRef: { name: 'c' } },
    'spec.providerRef.namespace: namespace should either be empty or match the namespace of the SecretStore',
  ),
  row(
    'Provider',
    'variable problems1',
    { address, providerRef: foreign },
    'spec.providerRef.namespace: a Provider may only name a config of its own namespace "TENANT", not of "other"',
  ),
];
