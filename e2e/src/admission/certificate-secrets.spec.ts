/** What cert-manager-controller, or who has its token, may write: tried with its own rights, installed under another name. */
import type { KubeClient } from '@eso/kube';
import { DRY_RUN, PolicyBench, refusal } from './policy-bench.ts';

const HOME = 'eso-of-another-name';
const POLICY = 'external-secrets-certificate-secrets';

let bench: PolicyBench;
let controller: KubeClient;
beforeAll(async () => {
  bench = await PolicyBench.start(HOME);
  controller = await bench.cluster.clientFor({ namespace: HOME, name: 'cert-manager-controller' });
});
afterAll(() => bench[Symbol.asyncDispose]());

interface Written {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly labels?: object;
  readonly annotations?: object;
  readonly ownerReferences?: readonly object[];
  readonly keys: readonly string[];
}

const LABELS = { 'app.kubernetes.io/managed-by': 'external-secrets-cert-manager' };
const TLS = ['ca.crt', 'tls.crt', 'tls.key'];
const owner = (id: string): object => ({ 'external-secrets.io/owner': id });
const serviceReference = (name: string): object => ({ apiVersion: 'v1', kind: 'Service', name, uid: 'a-b-c' });

function server(change: Partial<Written> = {}): Written {
  const name = 'external-secrets-provider-tls';
  const { namespace } = bench;
  const marks = { labels: LABELS, annotations: owner(`${namespace}/svc`), ownerReferences: [serviceReference('svc')] };
  return { namespace, name, type: 'kubernetes.io/tls', ...marks, keys: TLS, ...change };
}

const client = (change: Partial<Written> = {}): Written => {
  const marks = { labels: LABELS, annotations: owner(`${HOME}/core`) };
  return {
    namespace: HOME,
    name: 'eso-provider-client-tls',
    type: 'kubernetes.io/tls',
    ...marks,
    keys: TLS,
    ...change,
  };
};

const authority = (change: Partial<Written> = {}): Written => {
  const marks = { labels: LABELS, annotations: owner(`${HOME}/cert-manager-controller`) };
  const keys = ['ca.crt', 'ca.sig', 'ca.key'];
  return { namespace: HOME, name: 'eso-provider-ca-internal', type: 'Opaque', ...marks, keys, ...change };
};

function create(who: KubeClient, { namespace, type, keys, ...metadata }: Written, query = DRY_RUN): Promise<unknown> {
  const data = Object.fromEntries(keys.map((key) => [key, 'eA==']));
  const body = { apiVersion: 'v1', kind: 'Secret', metadata, type, data };
  return who.request('POST', `/api/v1/namespaces/${namespace}/secrets`, { query, body });
}

test.each<[string, () => Written]>([
  ['a certificate of a Service', server],
  ['one of a name that its Service chose', () => server({ name: 'external-secrets-provider-tls-two' })],
  ['one in its own namespace', () => server({ namespace: HOME, annotations: owner(`${HOME}/svc`) })],
  [
    'one with references of others beside its own',
    () => server({ ownerReferences: [{ ...serviceReference('x'), kind: 'ConfigMap' }, serviceReference('svc')] }),
  ],
  ["core's certificate", client],
  ['the authority', authority],
  ['an authority of an earlier release, without a seal', () => authority({ keys: ['ca.crt', 'ca.key'] })],
])('it may write %s', async (_what, written) => {
  expect(await refusal(() => create(controller, written()))).toBe('');
});

const token = { 'kubernetes.io/service-account.name': 'default' };
const refused: readonly [string, number, string, () => Written][] = [
  ['a Secret of any other name', 0, 'metadata.name', () => server({ name: 'cloud-credentials' })],
  ["core's certificate elsewhere", 0, 'metadata.name', () => server({ name: 'eso-provider-client-tls' })],
  ['the authority elsewhere', 0, 'metadata.name', () => server({ name: 'eso-provider-ca-internal' })],
  [
    'the token of a ServiceAccount',
    1,
    'type',
    () => {
      const { annotations } = server();
      return server({ type: 'kubernetes.io/service-account-token', annotations: { ...annotations, ...token } });
    },
  ],
  ['the authority as another type', 1, 'type', () => authority({ type: 'example.org/authority' })],
  ['an entry that certificates do not have', 2, 'data', () => server({ keys: [...TLS, 'ca.key'] })],
  ["the authority's key beside a certificate of core", 2, 'data', () => client({ keys: [...TLS, 'ca.key'] })],
  ['what is not marked as its own', 3, 'metadata', () => server({ labels: {} })],
  ['what belongs to a Service elsewhere', 3, 'metadata', () => server({ annotations: owner('elsewhere/svc') })],
  ['what no Service refers to', 3, 'metadata', () => server({ ownerReferences: [] })],
  ["core's certificate under another's name", 3, 'metadata', () => client({ annotations: owner(`${HOME}/svc`) })],
];

describe.each(refused)('%s', (_what, rule, field, written) => {
  test('is refused to it by one rule alone, and to an administrator by none', async () => {
    expect(await refusal(() => create(bench.admin, written()))).toBe('');
    await bench.expectRuleAloneRefuses({ policy: POLICY, rule, field, send: () => create(controller, written()) });
  });
});

test('what is there is guarded like what is new', async () => {
  const leaf = server();
  await create(bench.admin, leaf, {});
  const path = `/api/v1/namespaces/${leaf.namespace}/secrets/${leaf.name}`;
  const stored = (await bench.admin.request('GET', path)) as { metadata: object };
  const put = (change: object): Promise<unknown> =>
    controller.request('PUT', path, { query: DRY_RUN, body: { ...stored, ...change } });
  expect(await refusal(() => put({}))).toBe('');
  expect(await refusal(() => put({ metadata: { ...stored.metadata, labels: {} } }))).toContain('metadata: ');
});

test('the largest Secret that there can be is looked at within the cost that a policy may have', async () => {
  const keys = [...TLS, ...Array.from({ length: 20_000 }, (_, at) => `an-entry-that-is-not-a-certificate-${at}`)];
  expect(await refusal(() => create(controller, server({ keys })))).toContain('data: cert-manager-controller writes ');
});

test('a tenant makes Secrets of any name and type, as before', async () => {
  expect(await refusal(() => create(bench.tenant, server({ name: 'mine', type: 'Opaque', labels: {} })))).toBe('');
});
