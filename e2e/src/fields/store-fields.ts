/** What each field of stores and classes changes: two objects that differ in it alone, and what is seen of each. */
import { providerAddress } from '@eso/testing';

/** The namespace of the walk; it has the label `tier: gold`. */
export const TENANT = 'fields-stores';
/** The stores and classes that are walked over. */
export type WalkedKind = 'SecretStore' | 'ClusterSecretStore' | 'ProviderClass' | 'ClusterProviderClass';

/** An object as `kubectl apply` takes it. */
export type Manifest = Readonly<Record<string, unknown>> & {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
};

/** Two specs of a kind, and what is seen of an object that shows the difference. */
export interface StoreFieldEntry {
  readonly kind: WalkedKind;
  readonly fields: readonly string[];
  readonly with: object;
  /** Default: the smallest good spec. */
  readonly without?: object;
  /** Of the one, as `<status> <reason>: <message>` of Ready; empty where it has no status. Must not be true of the other. */
  readonly shows: RegExp;
  /** Default: it is ready. */
  readonly otherwise?: RegExp;
  /** What it is seen of; default the object itself. */
  readonly seenOf?: (name: string) => Manifest;
}

/** A spec that the API server refuses, by the name of the field. */
export interface RefusedStoreEntry extends Pick<StoreFieldEntry, 'kind' | 'fields' | 'with'> {
  readonly says: RegExp;
}

/** A field whose effect another test shows. */
export interface ShownElsewhere extends Pick<StoreFieldEntry, 'kind' | 'fields'> {
  readonly file: string;
  readonly test: string;
}

/** A config object of provider-fake that is there. */
export const REF = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'config' };
const CONFIG = { fake: { data: [{ key: 'user', value: 'admin' }] } };
const V1 = 'external-secrets.io/v1';
const ALPHA = 'external-secrets.io/v1alpha1';
const GENERATOR = { group: 'generators.example.org', kind: 'Sample' };
/** Holds the claim to a generator before any other class. */
export const HOLDER: Manifest = {
  apiVersion: ALPHA,
  kind: 'ClusterProviderClass',
  metadata: { name: 'a-holder' },
  spec: { address: providerAddress('fake'), serves: { generators: [GENERATOR] } },
};

/** The smallest spec that is good. */
export function goodSpec(kind: WalkedKind): object {
  return kind.endsWith('Store') ? { refreshInterval: '1h', provider: CONFIG } : { address: providerAddress('fake') };
}

/** An object of a kind with that spec. */
export function walked(kind: WalkedKind, name: string, spec: object): Manifest {
  const namespace = kind.startsWith('Cluster') ? {} : { namespace: TENANT };
  return { apiVersion: kind.endsWith('Store') ? V1 : ALPHA, kind, metadata: { name, ...namespace }, spec };
}

const usedBy =
  (kind: 'SecretStore' | 'ClusterSecretStore') =>
  (name: string): Manifest => ({
    apiVersion: V1,
    kind: 'ExternalSecret',
    metadata: { name: `${name}-${kind.toLowerCase()}`, namespace: TENANT },
    spec: {
      refreshInterval: '1h',
      secretStoreRef: { kind, name },
      data: [{ secretKey: 'user', remoteRef: { key: 'user' } }],
    },
  });
const storeOfClass = (name: string): Manifest =>
  walked('SecretStore', `of-${name}`, { providerRef: REF, runtimeRef: { kind: 'ClusterProviderClass', name } });
const storeOfKey =
  (key: string) =>
  (name: string): Manifest =>
    walked('SecretStore', `key-${name}`, { provider: { [key]: {} } });

function storeEntries(kind: 'SecretStore' | 'ClusterSecretStore'): StoreFieldEntry[] {
  const runtimeRef = { kind: 'ClusterProviderClass', name: 'fake' };
  const ref = kind === 'SecretStore' ? REF : { ...REF, namespace: TENANT };
  const byClass = (providerRef: object = ref, runtime: object = runtimeRef) => ({
    refreshInterval: '1h',
    providerRef,
    runtimeRef: runtime,
  });
  const entry = (field: string, spec: object, shows: RegExp, without?: object): StoreFieldEntry => ({
    kind,
    fields: [`spec.${field}`],
    with: spec,
    shows,
    ...(without && { without }),
  });
  return [
    entry('controller', { ...goodSpec(kind), controller: 'theirs' }, /^$/),
    entry(
      'provider',
      { provider: { nobody: {} } },
      /^False InvalidProviderConfig: .*spec\.provider\.nobody: .*\[KEY_NOT_SERVED\]/,
    ),
    entry(
      'runtimeRef.name',
      byClass(ref, { ...runtimeRef, name: 'absent' }),
      /spec\.runtimeRef: .*\[CLASS_NOT_FOUND\]/,
      byClass(),
    ),
    entry(
      'providerRef.apiVersion',
      byClass({ ...ref, apiVersion: 'provider.external-secrets.io/v9' }),
      /^False .*\[UNSUPPORTED\]/,
      byClass(),
    ),
    entry('providerRef.kind', byClass({ ...ref, kind: 'Other' }), /^False .*\[UNSUPPORTED\]/, byClass()),
    entry('providerRef.name', byClass({ ...ref, name: 'absent' }), /^False .*\[CONFIG_NOT_FOUND\]/, byClass()),
    entry(
      'retrySettings.retryInterval',
      { ...goodSpec(kind), retrySettings: { retryInterval: 'soon' } },
      /spec\.retrySettings\.retryInterval: .*\[CONFIG_INVALID\]/,
      { ...goodSpec(kind), retrySettings: { retryInterval: '1s' } },
    ),
    ...(kind === 'SecretStore'
      ? [
          {
            ...entry('runtimeRef.kind', byClass(), /^True Valid/, byClass(ref, { name: 'fake' })),
            otherwise: /ProviderClass "fake" does not exist/,
          },
        ]
      : [
          {
            ...entry('providerRef.namespace', byClass(), /^True Valid:/, byClass(REF)),
            otherwise: /^True ValidationUnknown/,
          },
        ]),
  ];
}

const selector = (namespaceSelector: object) => [{ namespaceSelector }];
const expression = (key: string, operator: string, ...values: string[]) =>
  selector({ matchExpressions: [{ key, operator, ...(values.length > 0 && { values }) }] });

/** Fields of conditions: those that admit nobody here, and those that admit the namespace. */
const CONDITIONS: readonly (readonly [string, object[], object[]])[] = [
  ['namespaces[]', [{ namespaces: ['elsewhere'] }], [{ namespaces: [TENANT] }]],
  ['namespaceRegexes[]', [{ namespaceRegexes: ['^other$'] }], [{ namespaceRegexes: [`^${TENANT}$`] }]],
  [
    'namespaceSelector.matchLabels{}',
    selector({ matchLabels: { tier: 'iron' } }),
    selector({ matchLabels: { tier: 'gold' } }),
  ],
  ['namespaceSelector.matchExpressions[].key', expression('zone', 'Exists'), expression('tier', 'Exists')],
  ['namespaceSelector.matchExpressions[].operator', expression('tier', 'DoesNotExist'), expression('tier', 'Exists')],
  ['namespaceSelector.matchExpressions[].values[]', expression('tier', 'In', 'iron'), expression('tier', 'In', 'gold')],
];

function conditionEntries(kind: 'ClusterSecretStore' | 'ClusterProviderClass'): StoreFieldEntry[] {
  return CONDITIONS.map(([field, refuse, admit]) => ({
    kind,
    fields: [`spec.conditions[].${field}`],
    with: { ...goodSpec(kind), conditions: refuse },
    without: { ...goodSpec(kind), conditions: admit },
    shows: kind === 'ClusterSecretStore' ? /\[STORE_NOT_ALLOWED\]/ : /\[CLASS_NOT_ALLOWED\]/,
    seenOf: kind === 'ClusterSecretStore' ? usedBy(kind) : storeOfClass,
  }));
}

function classEntries(kind: 'ProviderClass' | 'ClusterProviderClass', key: string): StoreFieldEntry[] {
  const good = goodSpec(kind);
  const claims = (...generators: object[]) => ({ ...good, serves: { generators } });
  return [
    {
      kind,
      fields: ['spec.address'],
      with: { address: 'absent.provider-fake.svc:8080' },
      shows: /^False ServiceNotFound: .*spec\.address: /,
    },
    {
      kind,
      fields: ['spec.serves.stores[]'],
      with: { ...good, serves: { stores: [`${key}One`] } },
      without: good,
      seenOf: storeOfKey(`${key}One`),
      shows: /\[UNSUPPORTED\]/,
      otherwise: /\[KEY_NOT_SERVED\]/,
    },
    {
      kind,
      fields: ['spec.serves.generators[].group'],
      with: claims(GENERATOR),
      without: claims({ ...GENERATOR, group: `${key}.example.org` }),
      shows: /^False ClaimTaken: .*spec\.serves\.generators\[0\]: /,
    },
    {
      kind,
      fields: ['spec.serves.generators[].kind'],
      with: claims(GENERATOR),
      without: claims({ ...GENERATOR, kind: `Other${kind}` }),
      shows: /^False ClaimTaken: .*spec\.serves\.generators\[0\]: /,
    },
  ];
}

/** Fields that change what is seen. Each pair is made one after the other: a key that one of them claims is the other's to miss. */
export const STORE_FIELDS: readonly StoreFieldEntry[] = [
  ...storeEntries('SecretStore'),
  ...storeEntries('ClusterSecretStore'),
  ...conditionEntries('ClusterSecretStore'),
  ...classEntries('ProviderClass', 'own'),
  ...classEntries('ClusterProviderClass', 'shared'),
  ...conditionEntries('ClusterProviderClass'),
];

/** Fields of which the API server refuses a value. */
export const REFUSED_STORE_FIELDS: readonly RefusedStoreEntry[] = [
  {
    kind: 'SecretStore',
    fields: ['spec.providerRef.namespace'],
    with: { providerRef: { ...REF, namespace: 'elsewhere' }, runtimeRef: { name: 'fake' } },
    says: /spec\.providerRef\.namespace: namespace should either be empty or match/,
  },
  {
    kind: 'ClusterSecretStore',
    fields: ['spec.runtimeRef.kind'],
    with: { providerRef: REF, runtimeRef: { kind: 'ProviderClass', name: 'fake' } },
    says: /a ClusterSecretStore is served by a ClusterProviderClass only/,
  },
];

/** A SecretStore takes conditions, as upstream does, and they change nothing. */
export const INERT_CONDITIONS: object = {
  ...goodSpec('SecretStore'),
  conditions: [
    { namespaces: ['elsewhere'], namespaceRegexes: ['^other$'] },
    { namespaceSelector: { matchLabels: { tier: 'iron' } } },
    ...expression('tier', 'In', 'iron'),
  ],
};
/** The fields of {@link INERT_CONDITIONS}. */
export const INERT_FIELDS: readonly string[] = CONDITIONS.map(([field]) => `spec.conditions[].${field}`);
/** An ExternalSecret that uses a store of that kind and name. */
export const userOf = usedBy;

/** Fields whose effect needs a backend that fails, or a clock. */
export const SHOWN_ELSEWHERE: readonly ShownElsewhere[] = (['SecretStore', 'ClusterSecretStore'] as const).map(
  (kind) => ({
    kind,
    fields: ['spec.retrySettings.maxRetries'],
    file: 'apps/provider-aws/src/store.int.spec.ts',
    test: 'tries as often as it asks for',
  }),
);
