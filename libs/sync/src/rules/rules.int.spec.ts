/** Each rule at the real API server, with no core behind it, and against the same rule in core. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ExternalSecret,
  type ExternalSecretSpec,
  type ExternalSecretTemplate,
  externalSecrets,
} from '@eso/api/resources';
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
import { validateExternalSecret } from '../external-secret/validate.ts';
import { specRules } from './rules.ts';

const SA = 'kubernetes.io/service-account-token';
const data = [{ secretKey: 'k', remoteRef: { key: 'r' } }];
const extract = { key: 'r' };
const generatorRef = { kind: 'Password', name: 'p' } as const;
const POLICY =
  "ValidatingAdmissionPolicy 'externalsecret-validate' with binding 'externalsecret-validate' denied request: ";

let own: OwnControlPlane;
let tenant: KubeClient;
let namespace: string;
/** Objects of before there were rules, by name. */
const LEGACY: Readonly<Record<string, ExternalSecretSpec>> = {
  'by-crd': { data, target: { deletionPolicy: 'Merge', creationPolicy: 'None' } },
  'by-policy': { dataFrom: [{}] },
};

beforeAll(async () => {
  own = await ownControlPlane();
  const { cluster } = own;
  const admin = cluster.client();
  await applyManifest(admin, withoutRules(await crd()));
  namespace = await cluster.createNamespace('rules');
  tenant = await cluster.clientFor({ namespace, name: 'tenant' });
  await cluster.grant({ namespace, name: 'tenant' }, [
    { apiGroups: ['external-secrets.io'], resources: ['externalsecrets', 'externalsecrets/status'], verbs: ['*'] },
  ]);
  for (const [name, spec] of Object.entries(LEGACY)) await createUntilServed(object(spec, name));
  await cluster.installCrds();
  await cluster.applyAdmission();
});
afterAll(() => own.cluster.stop());

/** Path of a manifest that names an object and nothing else. */
async function emptyManifest(): Promise<string> {
  const path = join(own.cluster.state.dir, 'empty.yaml');
  await writeFile(path, 'apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata: { name: empty }\n');
  return path;
}

async function crd(): Promise<Manifest> {
  const path = join(workspaceRoot, 'charts/external-secrets/files/crds/external-secrets.io_externalsecrets.yaml');
  return parseManifests(await readFile(path, 'utf8'))[0] as Manifest;
}

/** As it was before there were rules. */
function withoutRules(manifest: Manifest): Manifest {
  const dropped = (key: string, value: unknown): unknown => (key === 'x-kubernetes-validations' ? undefined : value);
  return JSON.parse(JSON.stringify(manifest, dropped)) as Manifest;
}

function object(spec: ExternalSecretSpec, name = 'candidate'): ExternalSecret {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, namespace },
    spec: { secretStoreRef: { kind: 'Provider', name: 'p' }, ...spec },
  };
}

const createUntilServed = (es: ExternalSecret): Promise<unknown> =>
  eventually(() => own.cluster.client().create(externalSecrets, es));

/** What a tenant is told when it creates such an object: texts by who says them; both are empty where it is taken. */
async function refusal(spec: ExternalSecretSpec): Promise<{ crd: string[]; policy: string }> {
  const path = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
  try {
    await tenant.request('POST', path, { query: { dryRun: 'All' }, body: object(spec) });
    return { crd: [], policy: '' };
  } catch (error) {
    const { code, causes, said = '' } = KubeError.from(error);
    if (code === 'ADMISSION_DENIED') return { crd: [], policy: said.slice(said.indexOf(POLICY) + POLICY.length) };
    if (code !== 'INVALID') throw error;
    return { crd: causes.map(({ field, message }) => `${field}: ${message}`), policy: '' };
  }
}

interface Example {
  readonly rule: string;
  readonly spec: ExternalSecretSpec;
  /** Field and text where the CRD refuses it. */
  readonly crd?: readonly string[];
  /** Text where the policy refuses it. */
  readonly policy?: string;
}

const withTemplate = (template: ExternalSecretTemplate): ExternalSecretSpec => ({
  data,
  target: { template },
});
const DELETE_NEEDS_OWNER =
  "deletionPolicy=Delete must not be used when the controller doesn't own the secret. Please set creationPolicy=Owner";
const bad = (field: string, text: string): string => `${field}: Invalid value: ${text}`;

const examples: readonly Example[] = [
  ...(['Merge', 'None', 'CreateOrMerge'] as const).map((creationPolicy) => ({
    rule: 'delete-needs-owner',
    spec: { data, target: { creationPolicy, deletionPolicy: 'Delete' as const } },
    crd: [bad('spec.target.deletionPolicy', DELETE_NEEDS_OWNER)],
  })),
  {
    rule: 'merge-needs-secret',
    spec: { data, target: { creationPolicy: 'None', deletionPolicy: 'Merge' } },
    crd: [
      bad(
        'spec.target.deletionPolicy',
        'deletionPolicy=Merge must not be used with creationPolicy=None. There is no Secret to merge with',
      ),
    ],
  },
  ...[{}, { data: [] }, { data: [], dataFrom: [] }].map((spec) => ({
    rule: 'has-source',
    spec,
    policy: 'either data or dataFrom should be specified',
  })),
  {
    rule: 'token-by-annotation',
    spec: withTemplate({ type: SA, metadata: { annotations: { 'kubernetes.io/service-account.name': 'default' } } }),
    crd: [
      bad(
        'spec.target.template.metadata.annotations',
        `template.type="${SA}" with annotation "kubernetes.io/service-account.name" is not allowed`,
      ),
    ],
  },
  ...['Annotations', 'aNNotations'].map((target) => ({
    rule: 'token-by-template',
    spec: withTemplate({ type: SA, templateFrom: [{ target: 'Data' }, { target }] }),
    policy: `template.type="${SA}" with templateFrom target="Annotations" is not allowed`,
  })),
  {
    rule: 'bootstrap-token',
    spec: withTemplate({ type: 'bootstrap.kubernetes.io/token' }),
    crd: [bad('spec.target.template.type', 'template.type="bootstrap.kubernetes.io/token" is not allowed')],
  },
  ...[undefined, { apiVersion: 'v1', kind: 'Secret' }].map((manifest) => ({
    rule: 'secret-template-targets',
    spec: {
      data,
      target: {
        ...(manifest && { manifest }),
        template: { templateFrom: [{ target: 'LABELS' }, { target: 'spec.x' }] },
      },
    },
    policy:
      'templateFrom target="spec.x" is not allowed when targeting a Secret, must be one of "Data", "Annotations" or "Labels"',
  })),
  ...[
    { extract, find: {} },
    { extract, sourceRef: { generatorRef } },
    { find: {}, sourceRef: { generatorRef } },
  ].map((entry) => ({
    rule: 'one-source-an-entry',
    spec: { dataFrom: [{ extract }, entry] },
    policy: 'extract, find, or generatorRef cannot be set at the same time',
  })),
  {
    rule: 'no-empty-entry',
    spec: { dataFrom: [{}, { extract }, { rewrite: [] }] },
    policy: Array(2).fill('either extract, find, or sourceRef must be set to dataFrom').join('; '),
  },
  {
    rule: 'no-empty-source-ref',
    spec: { dataFrom: [{ sourceRef: {} }] },
    crd: [bad('spec.dataFrom[0].sourceRef', '0: spec.dataFrom[0].sourceRef in body should have at least 1 properties')],
  },
  {
    rule: 'no-repeated-key',
    spec: { data: [...data, ...data, { secretKey: 'other', remoteRef: { key: 'r' } }, ...data] },
    policy: 'duplicate secretKey found: k; duplicate secretKey found: k',
  },
];

describe('refused at admission, with nobody but the API server there [1.5.1] [1.5.2] [1.5.3] [1.5.4] [1.5.5] [1.5.6] [1.5.7] [1.5.8] [1.5.9] [1.5.10] [1.5.11] [1.5.17] [1.2.53] [8.54] [8.60]', () => {
  test.each(examples.map((example) => [example.rule, example.spec, example] as const))(
    '%s: %j',
    async (_rule, spec, example) => {
      expect(await refusal(spec)).toEqual({ crd: example.crd ?? [], policy: example.policy ?? '' });
    },
  );

  test('every rule of the table that admission can say has an example', () => {
    const said = specRules.filter(({ admission }) => admission.place !== 'core').map(({ id }) => id);
    expect(new Set(examples.map(({ rule }) => rule))).toEqual(new Set(said));
  });

  test('problems of the policy come in one text, those of the schema come first [1.5.13]', async () => {
    const spec: ExternalSecretSpec = { data: [...data, ...data], dataFrom: [{}] };
    expect(await refusal(spec)).toEqual({
      crd: [],
      policy: 'either extract, find, or sourceRef must be set to dataFrom; duplicate secretKey found: k',
    });
    const target = {
      creationPolicy: 'None',
      deletionPolicy: 'Delete',
      template: { type: 'bootstrap.kubernetes.io/token' },
    };
    expect(await refusal({ ...spec, target } as ExternalSecretSpec)).toEqual({
      crd: [
        bad('spec.target.deletionPolicy', DELETE_NEEDS_OWNER),
        bad('spec.target.template.type', 'template.type="bootstrap.kubernetes.io/token" is not allowed'),
      ],
      policy: '',
    });
  });

  test('what cannot be listed is said in general', async () => {
    const many = Array.from({ length: 90 }, (_, i) => ({ secretKey: 'k'.repeat(250), remoteRef: { key: `${i}` } }));
    expect((await refusal({ data: many })).policy).toBe(
      'the spec breaks rules for data, dataFrom or target.template; there are more problems than can be listed',
    );
  });
});

test.each<[string, ExternalSecretSpec]>([
  ['Delete with Orphan [8.18]', { data, target: { creationPolicy: 'Orphan', deletionPolicy: 'Delete' } }],
  ['the token type alone [1.5.16]', withTemplate({ type: SA, templateFrom: [{ target: 'Labels' }] })],
  [
    'its annotation alone [1.5.16]',
    withTemplate({ type: 'Opaque', metadata: { annotations: { 'kubernetes.io/service-account.name': 'x' } } }),
  ],
  [
    'any path of another kind',
    {
      data,
      target: { manifest: { apiVersion: 'v1', kind: 'ConfigMap' }, template: { templateFrom: [{ target: 'spec.x' }] } },
    },
  ],
  ['a store alone [1.11.7]', { dataFrom: [{ sourceRef: { storeRef: { name: 's' } } }] }],
  [
    'a repeated key, where the first one may be absent',
    { data: [...data, ...data], target: { deletionPolicy: 'Merge' } },
  ],
  ['a generator for a single key [8.47]', { data: [{ ...data[0]!, sourceRef: { generatorRef } }] }],
  [
    'what core alone can read',
    { data, syncWindows: { kind: 'allow', windows: [{ schedule: '0 0 31 2 *', duration: '1h' }] } },
  ],
  [
    'as many keys as core takes, as long as they may be',
    {
      data: Array.from({ length: 1_000 }, (_, i) => ({
        secretKey: `${'k'.repeat(249)}${1_000 + i}`,
        remoteRef: { key: 'r' },
      })),
    },
  ],
  [
    'as many keys as the policy compares, as long as they may be',
    {
      data: Array.from({ length: 100 }, (_, i) => ({
        secretKey: `${'k'.repeat(250)}${100 + i}`,
        remoteRef: { key: 'r' },
      })),
    },
  ],
  [
    'as many entries and templates as fit',
    {
      dataFrom: Array.from({ length: 1_000 }, () => ({ extract: { key: 'r'.repeat(500) } })),
      ...{
        target: {
          template: {
            templateFrom: Array.from({ length: 1_000 }, () => ({ target: 'Labels', literal: 'x'.repeat(400) })),
          },
        },
      },
    },
  ],
])('%s is taken', async (_name, spec) => {
  expect(await refusal(spec)).toEqual({ crd: [], policy: '' });
});

test('windows of a kind that is neither allow nor deny are refused [1.18.6]', async () => {
  const syncWindows = { kind: 'maybe' as 'allow', windows: [{ schedule: '@daily', duration: '1h' }] };
  const said = await refusal({ data, syncWindows });
  expect(said.crd[0]).toBe('spec.syncWindows.kind: Unsupported value: "maybe": supported values: "allow", "deny"');
});

test('a request without an object is refused [1.5.12]', async () => {
  const path = `/apis/external-secrets.io/v1/namespaces/${namespace}/externalsecrets`;
  await expect(tenant.request('POST', path, { body: null })).rejects.toMatchObject({ code: 'BAD_REQUEST' });
});

test('a manifest without a spec is refused, as upstream does it [1.5.3]', async () => {
  const { code, stderr } = await own.cluster.kubectl(
    'create',
    '--namespace',
    namespace,
    '--filename',
    await emptyManifest(),
  );
  expect(code).toBe(1);
  expect(stderr).toContain(`${POLICY}either data or dataFrom should be specified`);
});

describe('objects of before there were rules', () => {
  const REF = (name: string) => ({ namespace, name });
  const patch = (name: string, body: object) => tenant.patch(externalSecrets, REF(name), body, { type: 'merge' });

  test.each(Object.keys(LEGACY))('%s: labels, finalizers and the status can be written [1.5.18]', async (name) => {
    await patch(name, { metadata: { labels: { team: 'red' }, finalizers: ['example.org/theirs'] } });
    const es = await tenant.get(externalSecrets, REF(name));
    const condition = { type: 'Ready', status: 'False', reason: 'SecretSyncedError', message: 'm' } as const;
    await tenant.updateStatus(externalSecrets, { ...es, status: { conditions: [condition] } });
    await patch(name, { metadata: { finalizers: null } });
  });

  test('a change elsewhere in the spec is taken where the schema has the rule', async () => {
    await patch('by-crd', { spec: { refreshInterval: '2h' } });
    await expect(patch('by-crd', { spec: { target: { name: 'other' } } })).rejects.toMatchObject({ code: 'INVALID' });
  });

  test('a change of the spec has to mend what the policy refuses', async () => {
    await expect(patch('by-policy', { spec: { refreshInterval: '2h' } })).rejects.toMatchObject({
      code: 'ADMISSION_DENIED',
    });
    await patch('by-policy', { spec: { dataFrom: [{ extract }] } });
  });

  test.each(Object.keys(LEGACY))('%s: it can be deleted [1.5.18]', async (name) => {
    await tenant.delete(externalSecrets, REF(name));
  });
});

describe('the API server and core agree', () => {
  const targets = fc.constantFrom('Data', 'Annotations', 'annotationS', 'Labels', '', 'spec.x', 'Anno"tations', "it's");
  const templates = fc.record(
    {
      type: fc.constantFrom('Opaque', SA, 'bootstrap.kubernetes.io/token', ''),
      metadata: fc.constantFrom({}, { annotations: {} }, { annotations: { 'kubernetes.io/service-account.name': '' } }),
      templateFrom: fc.array(fc.record({ target: targets, literal: fc.constant('x') }, { requiredKeys: [] }), {
        maxLength: 3,
      }),
      data: fc.constant({ a: 'b' }),
    },
    { requiredKeys: [] },
  );
  const specs = fc.record(
    {
      data: fc.array(
        fc.constantFrom('a', 'b', 'c', 'd').map((secretKey) => ({ secretKey, remoteRef: { key: 'r' } })),
        { maxLength: 5 },
      ),
      dataFrom: fc.array(
        fc.record(
          {
            extract: fc.constant(extract),
            find: fc.constant({}),
            sourceRef: fc.constantFrom({ generatorRef }, { storeRef: { name: 's' } }),
          },
          { requiredKeys: [] },
        ),
        { maxLength: 3 },
      ),
      target: fc.record(
        {
          creationPolicy: fc.constantFrom('Owner', 'Orphan', 'Merge', 'None', 'CreateOrMerge'),
          deletionPolicy: fc.constantFrom('Retain', 'Delete', 'Merge'),
          manifest: fc.constantFrom(
            { apiVersion: 'v1', kind: 'Secret' },
            { apiVersion: 'v1', kind: 'ConfigMap' },
            { apiVersion: 'v2', kind: 'Secret' },
          ),
          template: templates,
        },
        { requiredKeys: [] },
      ),
    },
    { requiredKeys: [] },
  ) as fc.Arbitrary<ExternalSecretSpec>;

  /** What core says, in the form of a refusal. */
  function refusalOfCore(spec: ExternalSecretSpec): { crd: string[]; policy: string } {
    const texts = (place: 'crd' | 'policy') =>
      specRules
        .filter(({ admission }) => admission.place === place)
        .flatMap(({ problems }) => [...problems(spec)].map(({ field, text }) => ({ field, text })));
    const crd = texts('crd').map(({ field, text }) => bad(field, text));
    return {
      crd: crd.sort(),
      policy:
        crd.length > 0
          ? ''
          : texts('policy')
              .map(({ text }) => text)
              .join('; '),
    };
  }

  test('on four hundred specs made at random', async () => {
    const taken: ExternalSecretSpec[] = [];
    const samples = fc.sample(specs, { numRuns: 400, seed: 7 });
    for (const spec of samples) {
      const said = await refusal(spec);
      expect([spec, { ...said, crd: said.crd.sort() }]).toEqual([spec, refusalOfCore(spec)]);
      if (said.crd.length === 0 && said.policy === '') taken.push(spec);
    }
    expect(taken.length).toBeGreaterThan(40);
    expect(taken.length).toBeLessThan(200);
    expect(taken.flatMap((spec) => validateExternalSecret({ spec }))).toEqual([]);
  }, 240_000);
});
