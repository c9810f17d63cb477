/** Images by digest, in the namespaces that choose it. */
import { DRY_RUN, PolicyBench, refusal } from './policy-bench.ts';

const POLICY = 'external-secrets-image-digests';
const DIGEST = `registry.example/provider@sha256:${'0a'.repeat(32)}`;
const TAG = 'registry.example/provider:v1';

let bench: PolicyBench;
beforeAll(async () => {
  bench = await PolicyBench.start();
  await createPod({ containers: [{ name: 'old', image: TAG }] }, { query: {}, name: 'old' });
  await choose('digest');
});
afterAll(() => bench[Symbol.asyncDispose]());

function choose(value: string | null): Promise<unknown> {
  return bench.admin.request('PATCH', `/api/v1/namespaces/${bench.namespace}`, {
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels: { 'external-secrets.io/provider-images': value } } },
  });
}

const path = (name = ''): string => `/api/v1/namespaces/${bench.namespace}/pods${name}`;

function createPod(spec: object, { query = DRY_RUN, name = 'new', who = bench.tenant } = {}): Promise<unknown> {
  const base = { containers: [{ name: 'main', image: DIGEST }], automountServiceAccountToken: false };
  const body = { apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec: { ...base, ...spec } };
  return who.request('POST', path(), { query, body });
}

const main = { name: 'main', image: DIGEST };
const tagged = { name: 'tagged', image: TAG };
const refused: readonly [string, number, string, object][] = [
  ['a container', 0, 'spec.containers', { containers: [main, tagged] }],
  ['one whose digest is cut short', 0, 'spec.containers', { containers: [{ ...tagged, image: DIGEST.slice(0, -1) }] }],
  ['one with a digest in its tag', 0, 'spec.containers', { containers: [{ ...tagged, image: `${DIGEST}:v1` }] }],
  ['an init container', 1, 'spec.initContainers', { initContainers: [tagged] }],
  ['a volume', 3, 'spec.volumes', { volumes: [{ name: 'tagged', image: { reference: TAG } }] }],
];

test.each(refused)(
  '%s by tag is refused to tenant and administrator by one rule alone',
  async (_what, rule, field, spec) => {
    const said = await refusal(() => createPod(spec, { who: bench.admin }));
    expect(said).toContain(`${field}: this namespace takes images by digest alone, and these are not: tagged: write `);
    await bench.expectRuleAloneRefuses({ policy: POLICY, rule, field, send: () => createPod(spec) });
  },
);

test('an ephemeral container by tag is refused', async () => {
  await createPod({}, { query: {}, name: 'debugged' });
  const put = (image: string): Promise<unknown> =>
    bench.tenant.request('PATCH', `${path('/debugged')}/ephemeralcontainers`, {
      query: DRY_RUN,
      contentType: 'application/strategic-merge-patch+json',
      body: { spec: { ephemeralContainers: [{ name: 'tagged', image }] } },
    });
  const debug = { apiGroups: [''], resources: ['pods/ephemeralcontainers'], verbs: ['patch'] };
  await bench.cluster.grant({ namespace: bench.namespace, name: 'tenant' }, [debug], 'debug');
  const field = 'spec.ephemeralContainers';
  await bench.expectRuleAloneRefuses({ policy: POLICY, rule: 2, field, send: () => put(TAG) });
  expect(await refusal(() => put(DIGEST))).toBe('');
});

test('a pod that was there before may be labelled, ended and told done, and not be given another tag', async () => {
  const patch = (body: object, below = ''): Promise<unknown> =>
    bench.admin.request('PATCH', `${path('/old')}${below}`, {
      query: DRY_RUN,
      contentType: 'application/strategic-merge-patch+json',
      body,
    });
  expect(await refusal(() => patch({ metadata: { labels: { a: 'b' }, finalizers: ['example.org/x'] } }))).toBe('');
  expect(await refusal(() => patch({ status: { phase: 'Running' } }, '/status'))).toBe('');
  const image = `${TAG}.1`;
  expect(await refusal(() => patch({ spec: { containers: [{ name: 'old', image }] } }))).toContain('spec.containers: ');
  await bench.admin.request('DELETE', path('/old'), { query: DRY_RUN });
});

test('images by digest are taken, and in a namespace that does not choose it all are', async () => {
  expect(await refusal(() => createPod({ initContainers: [{ ...main, name: 'init' }] }))).toBe('');
  const other = await bench.cluster.createNamespace('other');
  const body = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'new' },
    spec: { containers: [tagged], automountServiceAccountToken: false },
  };
  const send = () => bench.admin.request('POST', `/api/v1/namespaces/${other}/pods`, { query: DRY_RUN, body });
  expect(await refusal(send)).toBe('');
});

test('a thousand containers are looked at within the cost that a policy may have', async () => {
  const many = Array.from({ length: 1_000 }, (_, at) => ({ name: `c${at}`, image: DIGEST }));
  const spec = (last: object): object => ({ containers: many, initContainers: [...many.map(renamed), last] });
  expect(await refusal(() => createPod(spec({ name: 'last', image: DIGEST })))).toBe('');
  expect(await refusal(() => createPod(spec({ name: 'last', image: TAG })))).toContain('these are not: last: write ');
});
const renamed = ({ name, image }: { name: string; image: string }): object => ({ name: `i${name}`, image });
