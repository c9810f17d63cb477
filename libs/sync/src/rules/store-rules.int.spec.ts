/** Each rule for stores and classes at the real API server, with no core behind it, and against the same rule in core. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { secretStores } from '@eso/api/resources';
import { type KubeClient, KubeError } from '@eso/kube';
import {
  applyManifest,
  eventually,
  type Manifest,
  type OwnControlPlane,
  ownControlPlane,
  parseManifests,
  workspaceRoot,
} from '@eso/testing';
import fc from 'fast-check';
import type { RuledKind, RuledObject } from './store-rule.ts';
import { storeProblems, storeRules } from './store-rules.ts';

let own: OwnControlPlane;
let admin: KubeClient;
let tenant: KubeClient;
let namespace: string;
const legacy = { metadata: { name: 'legacy' }, spec: { provider: { fake: {} }, refreshInterval: '30' } };

beforeAll(async () => {
  own = await ownControlPlane();
  const { cluster } = own;
  admin = cluster.client();
  await applyManifest(admin, await crdWithoutRules());
  namespace = await cluster.createNamespace('rules');
  tenant = await cluster.clientFor({ namespace, name: 'tenant' });
  await cluster.grant({ namespace, name: 'tenant' }, [
    {
      apiGroups: ['external-secrets.io'],
      resources: ['providers', 'secretstores', 'secretstores/status'],
      verbs: ['*'],
    },
  ]);
  await eventually(() => post(admin, 'SecretStore', legacy, false));
  await cluster.installCrds();
  await cluster.applyAdmission();
});
afterAll(() => own.cluster.stop());

/** As it was before there were rules. */
async function crdWithoutRules(): Promise<Manifest> {
  const path = join(workspaceRoot, 'charts/external-secrets/files/crds/external-secrets.io_secretstores.yaml');
  const dropped = (key: string, value: unknown): unknown => (key === 'x-kubernetes-validations' ? undefined : value);
  return JSON.parse(JSON.stringify(parseManifests(await readFile(path, 'utf8'))[0], dropped)) as Manifest;
}

const PLURAL: Readonly<Record<RuledKind, string>> = {
  SecretStore: 'secretstores',
  ClusterSecretStore: 'clustersecretstores',
  Provider: 'providers',
  ClusterProvider: 'clusterproviders',
  ProviderClass: 'providerclasses',
  ClusterProviderClass: 'clusterproviderclasses',
};
const isNamespaced = (kind: RuledKind): boolean => !kind.startsWith('Cluster');

function post(client: KubeClient, kind: RuledKind, object: object, isDry = true): Promise<unknown> {
  const version = kind.endsWith('Class') ? 'v1alpha1' : 'v1';
  const place = isNamespaced(kind) ? `namespaces/${namespace}/` : '';
  return client.request('POST', `/apis/external-secrets.io/${version}/${place}${PLURAL[kind]}`, {
    ...(isDry ? { query: { dryRun: 'All' } } : {}),
    body: { apiVersion: `external-secrets.io/${version}`, kind, ...object },
  });
}

/** What a tenant, or an administrator for what no tenant may create, is told; empty where it is taken. */
async function refusal(kind: RuledKind, spec: object): Promise<string[]> {
  try {
    await post(isNamespaced(kind) ? tenant : admin, kind, { metadata: { name: 'candidate' }, spec });
    return [];
  } catch (error) {
    const { code, causes, said = '' } = KubeError.from(error);
    const policy = `${kind.toLowerCase()}-validate`;
    const start = `ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: `;
    if (code === 'ADMISSION_DENIED') return [said.slice(said.indexOf(start) + start.length)];
    if (code !== 'INVALID') throw error;
    // Where the schema refuses, rules are left out, and the API server says so.
    return causes.filter(({ field }) => field !== '<nil>').map(({ field, message }) => `${field}: ${message}`);
  }
}

const provider = { fake: { data: [] } };
const ref = { apiVersion: 'provider.external-secrets.io/v2alpha1', kind: 'Fake', name: 'c' };
const runtimeRef = { name: 'c' };
const address = 'a.b.svc:1';
const ONE_CONFIG = 'set exactly one of provider (the config itself) and providerRef (a config object)';
const interval = (value: string, problem: string) =>
  `spec.refreshInterval: invalid refreshInterval "${value}": ${problem}`;
const NO_DURATION = 'not a duration, which is a number with a unit';

interface Example {
  readonly rule: string;
  readonly kind: RuledKind;
  readonly spec: object;
  readonly said: string;
}

const both = (example: Omit<Example, 'kind'>): Example[] =>
  (['SecretStore', 'ClusterSecretStore'] as const).map((kind) => ({ ...example, kind }));

const examples: readonly Example[] = [
  ...[{}, { provider, providerRef: ref }, { provider, providerRef: ref, runtimeRef }].flatMap((spec) =>
    both({ rule: 'one-config', spec, said: `spec: Invalid value: ${ONE_CONFIG}` }),
  ),
  ...both({ rule: 'one-key', spec: { provider: {} }, said: 'spec.provider in body should have at least 1 properties' }),
  ...both({
    rule: 'one-key',
    spec: { provider: { aws: {}, fake: {} } },
    said: 'spec.provider: Too many: 2: must have at most 1',
  }),
  ...both({
    rule: 'no-runtime-ref',
    spec: { provider, runtimeRef },
    said: 'spec.runtimeRef: Invalid value: runtimeRef goes with providerRef: a store with provider is served by the class',
  }),
  ...both({
    rule: 'runtime-ref',
    spec: { providerRef: ref },
    said: 'spec.runtimeRef: Invalid value: providerRef needs runtimeRef: name the class of the provider that serves it',
  }),
  {
    rule: 'cluster-class',
    kind: 'ClusterSecretStore',
    spec: { providerRef: ref, runtimeRef: { kind: 'ProviderClass', name: 'c' } },
    said: 'spec.runtimeRef.kind: Invalid value: a ClusterSecretStore is served by a ClusterProviderClass only',
  },
  {
    rule: 'own-config',
    kind: 'SecretStore',
    spec: { providerRef: { ...ref, namespace: 'other' }, runtimeRef },
    said: 'spec.providerRef.namespace: namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore',
  },
  {
    rule: 'own-config-of-provider',
    kind: 'Provider',
    spec: { address, providerRef: { ...ref, namespace: 'other' } },
    said: 'spec.providerRef.namespace: a Provider may only name a config of its own namespace "NAMESPACE", not of "other"',
  },
  {
    rule: 'scope-namespace',
    kind: 'ClusterProvider',
    spec: { address, providerRef: ref },
    said: 'spec.providerRef.namespace: Invalid value: authenticationScope ProviderNamespace needs providerRef.namespace',
  },
  ...[
    ['30', NO_DURATION],
    ['', NO_DURATION],
    ['soon', NO_DURATION],
    ['1m-5s', NO_DURATION],
    ['-5m', 'must not be negative'],
    ['-0.5s', 'must not be negative'],
    [-1, 'must not be negative'],
  ].flatMap(([value, problem]) =>
    both({
      rule: 'refresh-interval',
      spec: { provider, refreshInterval: value },
      said: interval(`${value}`, `${problem}`),
    }),
  ),
  ...(['Provider', 'ClusterProvider'] as const).map((kind) => ({
    rule: 'refresh-interval',
    kind,
    spec: {
      address,
      providerRef: { ...ref, ...(kind === 'ClusterProvider' && { namespace: 'platform' }) },
      refreshInterval: '30',
    },
    said: interval('30', NO_DURATION),
  })),
  ...(
    [
      ['SecretStore', { provider }],
      ['ClusterSecretStore', { provider }],
      ['ClusterProvider', { address, providerRef: { ...ref, namespace: 'platform' } }],
      ['ClusterProviderClass', { address }],
    ] as const
  ).flatMap(([kind, spec]) =>
    ['(', 'a**', '(?=a)', '\\1', 'a{2000}'].map((expression) => ({
      rule: 'expressions-compile',
      kind,
      spec: { ...spec, conditions: [{ namespaces: ['a'] }, { namespaceRegexes: ['^ok$', expression] }] },
      said: "expression 'variables.namespaceRegexesCompile' resulted in error",
    })),
  ),
];

describe('refused at admission, with nobody but the API server there', () => {
  test.each(examples.map((example) => [example.rule, example.kind, example.spec, example] as const))(
    '%s of a %s: %j',
    async (rule, kind, spec, { said }) => {
      const told = await refusal(kind, spec);
      expect(told.join('\n')).toContain(said.replace('NAMESPACE', namespace));
      expect(told).toHaveLength(1);
      const object = { metadata: isNamespaced(kind) ? { namespace } : {}, spec } as RuledObject;
      const [broken] = storeRules.filter(
        ({ kinds, problems }) => kinds.includes(kind) && [...problems(object)].length > 0,
      );
      expect(broken?.id).toBe(rule);
    },
  );

  test('every rule that admission can say has an example for each of its kinds', () => {
    const said = storeRules
      .filter(({ admission }) => admission.place !== 'core')
      .flatMap(({ id, kinds }) => kinds.map((kind) => `${id} ${kind}`));
    expect(new Set(examples.map(({ rule, kind }) => `${rule} ${kind}`))).toEqual(new Set(said));
  });

  test('what is wrong with an expression is said in the words of who reads it', async () => {
    const spec = { provider, conditions: [{ namespaceRegexes: ['('] }] };
    expect((await refusal('ClusterSecretStore', spec)).join()).toContain('missing closing ): `(`');
  });

  test('several problems of the policy come in one text', async () => {
    const spec = { providerRef: { ...ref, namespace: 'other' }, runtimeRef, refreshInterval: '30' };
    expect(await refusal('SecretStore', spec)).toEqual([
      expect.stringMatching(/^spec\.refreshInterval: invalid .*; spec\.providerRef\.namespace: namespace should/),
    ]);
  });
});

test.each<[string, RuledKind, (own: string) => object]>([
  ['a config of its own', 'SecretStore', () => ({ provider })],
  ['a config of another', 'SecretStore', () => ({ providerRef: ref, runtimeRef })],
  ['its own namespace', 'SecretStore', (own) => ({ providerRef: { ...ref, namespace: own }, runtimeRef })],
  ['its own namespace', 'Provider', (own) => ({ address, providerRef: { ...ref, namespace: own } })],
  [
    'a class of the cluster',
    'SecretStore',
    () => ({ providerRef: ref, runtimeRef: { ...runtimeRef, kind: 'ClusterProviderClass' } }),
  ],
  [
    'a class of its namespace',
    'SecretStore',
    () => ({ providerRef: ref, runtimeRef: { ...runtimeRef, kind: 'ProviderClass' } }),
  ],
  ['any namespace', 'ClusterSecretStore', () => ({ providerRef: { ...ref, namespace: 'platform' }, runtimeRef })],
  ['any namespace', 'ClusterProvider', () => ({ address, providerRef: { ...ref, namespace: 'platform' } })],
  ...[0, 30, '0', '0s', '-0s', '+1h', '1h30m', '.5s', '1.5h', '100µs'].map(
    (refreshInterval): [string, RuledKind, () => object] => [
      `an interval of ${JSON.stringify(refreshInterval)}`,
      'SecretStore',
      () => ({ provider, refreshInterval }),
    ],
  ),
  ['as many expressions as are read', 'ClusterSecretStore', () => ({ provider, conditions: expressions(1_000, 900) })],
  ['more expressions than are read', 'ClusterSecretStore', () => ({ provider, conditions: expressions(5_000, 100) })],
  [
    'many conditions',
    'ClusterSecretStore',
    () => ({ provider, conditions: Array.from({ length: 100_000 }, () => ({})) }),
  ],
])('%s of a %s is taken', async (_what, kind, spec) => {
  expect(await refusal(kind, spec(namespace))).toEqual([]);
});

function expressions(count: number, length: number): object[] {
  const pattern = `^team-(${'a|'.repeat(length / 2)}b)$`;
  return [
    { namespaceRegexes: Array.from({ length: count / 2 }, () => pattern) },
    { namespaceRegexes: Array.from({ length: count / 2 }, () => pattern) },
  ];
}

describe('core says the same', () => {
  const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
  const specs = (kind: RuledKind) =>
    fc.record({
      provider: maybe(fc.constantFrom({}, provider, { fake: {}, aws: {} })),
      providerRef: maybe(fc.constantFrom(ref, { ...ref, namespace: 'other' }, { ...ref, namespace })),
      runtimeRef: maybe(
        fc.constantFrom(
          { name: 'c' },
          { name: 'c', kind: 'ProviderClass' },
          { name: 'c', kind: 'ClusterProviderClass' },
        ),
      ),
      refreshInterval: maybe(fc.constantFrom(0, 5, -5, '', '5', '5m', '-5m', '+5m', '-0s', '1h5', 'h')),
      conditions: maybe(fc.constantFrom([], [{}], [{ namespaceRegexes: ['^a$'] }], [{ namespaceRegexes: ['a', '('] }])),
      ...(kind.endsWith('Provider') && { address: fc.constant(address) }),
    });

  test.each<RuledKind>(['SecretStore', 'ClusterSecretStore'])('of stores of kind %s made at random', async (kind) => {
    let taken = 0;
    for (const drawn of fc.sample(specs(kind), { numRuns: 400, seed: 7 })) {
      const spec = JSON.parse(JSON.stringify(drawn)) as RuledObject['spec'];
      const isTaken = (await refusal(kind, spec)).length === 0;
      const [broken] = storeProblems(kind, { metadata: isNamespaced(kind) ? { namespace } : {}, spec });
      expect([spec, isTaken ? undefined : 'refused']).toEqual([spec, broken && 'refused']);
      if (isTaken) taken++;
    }
    expect(taken).toBeGreaterThan(10);
    expect(taken).toBeLessThan(200);
  });
});

describe('a store of before there were rules', () => {
  const name = 'legacy';
  const patch = (body: object) => tenant.patch(secretStores, { namespace, name }, body, { type: 'merge' });

  test('can be labelled, given a status, and deleted; a change of its spec has to mend it', async () => {
    await patch({ metadata: { labels: { team: 'red' }, finalizers: ['example.org/theirs'] } });
    const store = await tenant.get(secretStores, { namespace, name });
    const condition = { type: 'Ready', status: 'False', reason: 'InvalidProviderConfig', message: 'm' } as const;
    await tenant.updateStatus(secretStores, { ...store, status: { conditions: [condition] } });
    await expect(patch({ spec: { controller: 'other' } })).rejects.toMatchObject({ code: 'ADMISSION_DENIED' });
    await patch({ spec: { controller: 'other', refreshInterval: '30s' } });
    await patch({ metadata: { finalizers: null } });
    await tenant.delete(secretStores, { namespace, name });
    await eventually(async () => {
      await expect(tenant.get(secretStores, { namespace, name })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });
  });
});
