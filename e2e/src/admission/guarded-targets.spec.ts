/** Targets that are trusted for what they are: what a tenant is told at once, and what core's own rights do not reach. */
import type { KubeClient } from '@eso/kube';
import { ESO_NAMESPACE, eventually } from '@eso/testing';
import { DRY_RUN, PolicyBench, refusal } from './policy-bench.ts';

const TOKEN = 'kubernetes.io/service-account-token';
const BOOTSTRAP = 'bootstrap.kubernetes.io/token';
const ACCOUNT = 'kubernetes.io/service-account.name';
const RELEASE = 'helm.sh/release.v1';
const RELEASE_NAME = 'sh.helm.release.v1.app.v1';
const MARK = { 'app.kubernetes.io/managed-by': 'external-secrets-cert-manager' };

let bench: PolicyBench;
let core: KubeClient;
beforeAll(async () => {
  bench = await PolicyBench.start();
  core = await bench.cluster.clientFor({ namespace: ESO_NAMESPACE, name: 'external-secrets' });
  for (const secret of STANDING) await create(bench.admin, secret, {});
});
afterAll(() => bench[Symbol.asyncDispose]());

interface Written {
  readonly name?: string;
  readonly namespace?: string;
  readonly type?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly keys?: readonly string[];
}

/** Secrets that are there already. */
const STANDING: readonly Written[] = [
  { name: 'token', type: TOKEN, annotations: { [ACCOUNT]: 'default' } },
  { name: 'join', type: BOOTSTRAP, keys: ['token-id'] },
  { name: 'leaf', labels: MARK },
  { name: 'plain' },
];

const secretsPath = (namespace = bench.namespace): string => `/api/v1/namespaces/${namespace}/secrets`;

function create(who: KubeClient, { namespace, name = 'new', ...rest }: Written, query = DRY_RUN): Promise<unknown> {
  const { type = 'Opaque', labels = {}, annotations = {}, keys = ['k'] } = rest;
  const data = Object.fromEntries(keys.map((key) => [key, 'eA==']));
  const body = { apiVersion: 'v1', kind: 'Secret', metadata: { name, labels, annotations }, type, data };
  return who.request('POST', secretsPath(namespace), { query, body });
}

async function update(who: KubeClient, { name = '', labels, annotations, keys }: Written): Promise<unknown> {
  const path = `${secretsPath()}/${name}`;
  const stored = (await bench.admin.request('GET', path)) as { metadata: object; data?: object };
  const metadata = { ...stored.metadata, ...(labels && { labels }), ...(annotations && { annotations }) };
  const data = { ...stored.data, ...Object.fromEntries((keys ?? []).map((key) => [key, 'eQ=='])) };
  return who.request('PUT', path, { query: DRY_RUN, body: { ...stored, metadata, data } });
}

type Send = (who: KubeClient) => Promise<unknown>;
const MARK_FIELD = 'metadata.labels["app.kubernetes.io/managed-by"]';
const byCore: readonly [string, number, string, Send][] = [
  [
    'a token of a ServiceAccount',
    0,
    'type',
    (who) => create(who, { type: TOKEN, annotations: { [ACCOUNT]: 'default' } }),
  ],
  [
    'another ServiceAccount for a token that is there',
    0,
    'type',
    (who) => update(who, { name: 'token', annotations: { [ACCOUNT]: 'tenant' } }),
  ],
  ['a token to join the cluster', 1, 'type', (who) => create(who, { type: BOOTSTRAP, keys: ['token-id'] })],
  ['another value of one that is there', 1, 'type', (who) => update(who, { name: 'join', keys: ['token-secret'] })],
  ['a release by its type', 2, 'metadata', (who) => create(who, { type: RELEASE })],
  ['a release by its name', 2, 'metadata', (who) => create(who, { name: RELEASE_NAME })],
  [
    'a release by its label',
    2,
    'metadata',
    (who) => update(who, { name: 'plain', labels: { owner: 'helm' }, keys: ['release'] }),
  ],
  ['the mark of a certificate', 3, MARK_FIELD, (who) => create(who, { labels: MARK })],
  ['a certificate that is there', 3, MARK_FIELD, (who) => update(who, { name: 'leaf', keys: ['tls.key'] })],
  ['one that loses its mark by it', 3, MARK_FIELD, (who) => update(who, { name: 'leaf', labels: {} })],
  [
    'an authority',
    4,
    'metadata.name',
    (who) => create(who, { namespace: ESO_NAMESPACE, name: 'eso-provider-ca-internal' }),
  ],
];

describe.each(byCore)('%s', (_what, rule, field, send) => {
  test('is not written by core, by one rule alone; by an administrator it is', async () => {
    expect(await refusal(() => send(bench.admin))).toBe('');
    await bench.expectRuleAloneRefuses({
      policy: 'external-secrets-core-secrets',
      rule,
      field,
      send: () => send(core),
    });
  });
});

test.each<[string, Send]>([
  ['a Secret', (who) => create(who, {})],
  ['a certificate of somebody else', (who) => create(who, { labels: { 'app.kubernetes.io/managed-by': 'Helm' } })],
  ['the label of a release without one', (who) => create(who, { labels: { owner: 'helm' } })],
  ['a Secret that is there', (who) => update(who, { name: 'plain', keys: ['more'] })],
  ['a token whose account stays', (who) => update(who, { name: 'token', keys: ['more'] })],
  ['the name of the authority elsewhere', (who) => create(who, { name: 'eso-provider-ca-internal' })],
])('core writes %s', async (_what, send) => {
  expect(await refusal(() => send(core))).toBe('');
});

function externalSecret(who: KubeClient, target: object, name = 'new'): Promise<unknown> {
  const data = [{ secretKey: 'k', remoteRef: { key: 'r' } }];
  return who.request('POST', `/apis/external-secrets.io/v1/namespaces/${bench.namespace}/externalsecrets`, {
    query: DRY_RUN,
    body: { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name }, spec: { data, target } },
  });
}

const LABEL_FIELD = 'spec.target.template.metadata.labels["app.kubernetes.io/managed-by"]';
const byTenant: readonly [string, number, string, object, string?][] = [
  ['the type of a release', 0, 'spec.target.template.type', { template: { type: RELEASE } }],
  ['the name of a release', 1, 'spec.target.name', { name: RELEASE_NAME }],
  ['the name of a release as its own', 1, 'spec.target.name', {}, RELEASE_NAME],
  ['the mark of a certificate', 2, LABEL_FIELD, { template: { metadata: { labels: MARK } } }],
];

describe.each(byTenant)('an ExternalSecret with %s', (_what, rule, field, target, name) => {
  test.each(['tenant', 'admin'] as const)('is refused to the %s by one rule alone', (who) => {
    const send = (): Promise<unknown> => externalSecret(bench[who], target, name);
    return bench.expectRuleAloneRefuses({ policy: 'external-secrets-guarded-targets', rule, field, send });
  });

  test('that writes nothing is taken', async () => {
    const none = { ...target, creationPolicy: 'None' };
    expect(await refusal(() => externalSecret(bench.tenant, none, name))).toBe('');
  });
});

test('an ExternalSecret of before may be changed where its target is not', async () => {
  const path = `/apis/external-secrets.io/v1/namespaces/${bench.namespace}/externalsecrets`;
  const binding =
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/external-secrets-guarded-targets';
  const whole = (await bench.admin.request('GET', binding)) as { spec: object };
  expect(whole.spec).toMatchObject({ validationActions: ['Deny'] });
  const merge = (at: string, body: object): Promise<unknown> =>
    bench.admin.request('PATCH', at, { contentType: 'application/merge-patch+json', body });
  await merge(binding, { spec: { validationActions: ['Audit'] } });
  const data = [{ secretKey: 'k', remoteRef: { key: 'r' } }];
  const body = { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', metadata: { name: 'legacy' } };
  const legacy = { ...body, spec: { data, target: { template: { type: RELEASE } } } };
  await eventually(() => bench.admin.request('POST', path, { body: legacy }));
  await merge(binding, { spec: { validationActions: ['Deny'] } });
  await eventually(async () => expect(await refusal(() => externalSecret(bench.admin, {}, RELEASE_NAME))).not.toBe(''));
  const change = (spec: object): Promise<unknown> => merge(`${path}/legacy`, { spec });
  expect(await refusal(() => change({ refreshInterval: '2h' }))).toBe('');
  expect(await refusal(() => change({ target: { template: { type: RELEASE, data: { a: 'b' } } } }))).toContain(
    'spec.target',
  );
});
