/** Who may make a Service a provider's. */
import { type KubeClient, type Service, services } from '@eso/kube';
import { DRY_RUN, PolicyBench, refusal, REGISTRAR_RIGHTS } from './policy-bench.ts';

const POLICY = 'external-secrets-provider-registration';
const LABEL = 'external-secrets.io/provider';
const SHARED = 'external-secrets.io/provider-shared';
const SECRET = 'external-secrets.io/provider-tls-secret';
const LABEL_FIELD = `metadata.labels["${LABEL}"]`;
const SECRET_FIELD = `metadata.annotations["${SECRET}"]`;
const SHARED_FIELD = `metadata.labels["${SHARED}"]`;

let bench: PolicyBench;
let registrar: KubeClient;
beforeAll(async () => {
  bench = await PolicyBench.start();
  const { cluster, namespace } = bench;
  await cluster.apply(REGISTRAR_RIGHTS.replaceAll('NAMESPACE', namespace));
  registrar = await cluster.clientFor({ namespace, name: 'registrar' });
  for (const [name, labels] of Object.entries(STANDING)) await create(bench.admin, { name, labels }, {});
});
afterAll(() => bench[Symbol.asyncDispose]());

/** Services that are there, made by an administrator. */
const STANDING = {
  plain: {},
  provider: { [LABEL]: 'true' },
  shared: { [LABEL]: 'true', [SHARED]: 'true' },
  other: { [LABEL]: 'aws', [SHARED]: 'yes' },
};

interface Marks {
  readonly name?: string;
  readonly generateName?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
}

function create(client: KubeClient, { name = '', ...marks }: Marks, query = DRY_RUN): Promise<unknown> {
  const metadata = { namespace: bench.namespace, ...(name && { name }), ...marks };
  const body = { apiVersion: 'v1', kind: 'Service', metadata, spec: { ports: [{ port: 8080 }] } };
  return client.request('POST', path(), { query, body });
}

const path = (name?: string): string =>
  `/api/v1/namespaces/${bench.namespace}/services${name === undefined ? '' : `/${name}`}`;

function patch(client: KubeClient, name: string, metadata: object, contentType = MERGE): Promise<unknown> {
  const typed = contentType === MERGE ? {} : { apiVersion: 'v1', kind: 'Service' };
  const query = { ...DRY_RUN, ...(contentType === MERGE ? {} : { fieldManager: 'tenant', force: true }) };
  return client.request('PATCH', path(name), { query, contentType, body: { ...typed, metadata } });
}
const MERGE = 'application/merge-patch+json';
const APPLY = 'application/apply-patch+yaml';

async function put(client: KubeClient, name: string, labels: Record<string, string>): Promise<unknown> {
  const found: Service = await bench.admin.get(services, { namespace: bench.namespace, name });
  const body = { ...found, metadata: { ...found.metadata, labels } };
  return client.request('PUT', path(name), { query: DRY_RUN, body });
}

type Send = (client: KubeClient) => Promise<unknown>;
const requests: readonly [string, number, string, Send][] = [
  ['a new Service with the label', 0, LABEL_FIELD, (who) => create(who, { name: 'new', labels: { [LABEL]: 'true' } })],
  [
    'one whose name the API server makes',
    0,
    LABEL_FIELD,
    (who) => create(who, { generateName: 'new-', labels: { [LABEL]: 'true' } }),
  ],
  [
    'one with the label and the name of a Secret',
    0,
    LABEL_FIELD,
    (who) => create(who, { name: 'new', labels: { [LABEL]: 'true' }, annotations: { [SECRET]: 'x' } }),
  ],
  ['the label by a merge', 0, LABEL_FIELD, (who) => patch(who, 'plain', { labels: { [LABEL]: 'true' } })],
  [
    'the label by server-side apply',
    0,
    LABEL_FIELD,
    (who) => patch(who, 'plain', { name: 'plain', labels: { [LABEL]: 'true' } }, APPLY),
  ],
  ['the label by an update', 0, LABEL_FIELD, (who) => put(who, 'plain', { [LABEL]: 'true' })],
  ['the label in the place of another value', 0, LABEL_FIELD, (who) => put(who, 'other', { [LABEL]: 'true' })],
  ['the name of a Secret', 1, SECRET_FIELD, (who) => patch(who, 'provider', { annotations: { [SECRET]: 'x' } })],
  [
    'a new Service that is shared',
    2,
    SHARED_FIELD,
    (who) => create(who, { name: 'new', labels: { [SHARED]: 'true' } }),
  ],
  ['sharing one that is there', 2, SHARED_FIELD, (who) => patch(who, 'provider', { labels: { [SHARED]: 'true' } })],
];

describe.each(requests)('%s', (_what, rule, field, send) => {
  test('is refused to a tenant by one rule alone', () =>
    bench.expectRuleAloneRefuses({ policy: POLICY, rule, field, send: () => send(bench.tenant) }));

  test('is taken from an administrator, and from who has the verbs beside the role "edit"', async () => {
    expect(await refusal(() => send(bench.admin))).toBe('');
    expect(await refusal(() => send(registrar))).toBe('');
  });
});

test.each<[string, Send]>([
  ['a Service without marks', (who) => create(who, { name: 'new' })],
  ['values that mean nothing', (who) => create(who, { name: 'new', labels: { [LABEL]: 'aws', [SHARED]: 'no' } })],
  ['taking a Service out of service', (who) => patch(who, 'shared', { labels: { [LABEL]: null } })],
  ['closing one', (who) => patch(who, 'shared', { labels: { [SHARED]: null } })],
  ['other labels of a provider', (who) => patch(who, 'shared', { labels: { team: 'blue' } })],
  ['the annotation of a Service that is none', (who) => patch(who, 'plain', { annotations: { [SECRET]: 'x' } })],
])('a tenant is let do what makes no provider: %s', async (_what, send) => {
  expect(await refusal(() => send(bench.tenant))).toBe('');
});

test('the verb counts in its own namespace', async () => {
  const elsewhere = await bench.cluster.createNamespace('elsewhere');
  const rights = REGISTRAR_RIGHTS.replaceAll('name: registrar', 'name: moving');
  const [edit = '', verb = ''] = rights.split('---');
  const account = { namespace: bench.namespace, name: 'moving' };
  await bench.cluster.apply(edit.replaceAll('NAMESPACE', bench.namespace));
  await bench.cluster.apply(
    verb.replace('namespace: NAMESPACE', `namespace: ${elsewhere}`).replace('NAMESPACE', bench.namespace),
  );
  const moving = await bench.cluster.clientFor(account);
  const send = (): Promise<unknown> => create(moving, { name: 'new', labels: { [LABEL]: 'true' } });
  expect(await refusal(send)).toContain(LABEL_FIELD);
});
