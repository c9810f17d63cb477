/** What the walk over the fields finds around it: stores, and what templates read. */
import { fakeConfig, fakeStore, providerManifest } from '../support/system.ts';

/** Namespace of the walk. */
export const NAMESPACE = 'fields';

const CONFIG = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake' };

/** Values of the store `store`; those with versions stand in VERSIONS. */
const VALUES = {
  user: 'admin',
  other: 'someone',
  json: '{"host":"db","a/b":"slash"}',
  nested: '{"inner":{"deep":"down"}}',
  encoded: 'cGxhaW4=',
  'encoded-object': '{"a":"cGxhaW4="}',
  zero: 'AGE=',
  'zero-object': '{"a":"AGE="}',
  'object-a': '{"x":"a"}',
  'object-b': '{"x":"b"}',
  'app/one': 'MQ==',
};
const VERSIONS = [
  { key: 'versioned', value: 'first' },
  { key: 'versioned', version: 'v2', value: 'second' },
  { key: 'v-object', value: '{"n":"1"}' },
  { key: 'v-object', version: 'v2', value: '{"n":"2"}' },
];

const TEXTS = { greeting: 'hello {{ .user }}', parting: 'bye {{ .user }}', pairs: 'one: 1\nuser: {{ .user }}\n' };
const MORE_TEXTS = { greeting: 'good day {{ .user }}' };

/** What `genericTargets.resources` of the chart gives core. */
const RIGHTS_ON_CONFIG_MAPS = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: 'targets', namespace: NAMESPACE },
    rules: [
      { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
    ],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'targets', namespace: NAMESPACE },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'targets' },
    subjects: [{ kind: 'ServiceAccount', name: 'external-secrets', namespace: 'external-secrets' }],
  },
];

/** Everything that stands there before the first ExternalSecret, as manifests. */
export const surroundings = (): string =>
  [
    ...[
      {
        ...CONFIG,
        metadata: { name: 'store', namespace: NAMESPACE },
        spec: { data: [...Object.entries(VALUES).map(([key, value]) => ({ key, value })), ...VERSIONS] },
      },
      {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ClusterProvider',
        metadata: { name: 'second' },
        spec: {
          address: 'provider-fake.provider-fake.svc:8080',
          providerRef: { ...CONFIG, name: 'all', namespace: NAMESPACE },
        },
      },
      ...RIGHTS_ON_CONFIG_MAPS,
      ...[
        { name: 'texts', data: TEXTS },
        { name: 'more-texts', data: MORE_TEXTS },
      ].flatMap(({ name, data }) => [
        { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: NAMESPACE }, data },
        { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: NAMESPACE }, stringData: data },
      ]),
    ].map((manifest) => JSON.stringify(manifest)),
    providerManifest(NAMESPACE, 'store', 'fake', JSON.stringify({ ...CONFIG, name: 'store' })),
    fakeStore(NAMESPACE, 'second', { user: 'admin of second' }),
    fakeConfig(NAMESPACE, 'all', { user: 'admin of all' }),
  ].join('\n---\n');
