/** References in configs at the real API server, with nobody but it there: those of provider-aws, and of a kind made of hard cases. */
import {
  caProvider,
  configKind,
  crd,
  inlineConfig,
  secretKeySelector,
  serviceAccountSelector,
  z,
} from '@eso/api/schema';
import { type KubeClient, KubeError } from '@eso/kube';
import { applyManifest, eventually, type Manifest, type OwnControlPlane, ownControlPlane } from '@eso/testing';
import { referencePolicies } from './reference-policies.ts';

const GROUP = 'provider.external-secrets.io';
const OWN = 'only the namespace of the Deep itself may be named here';
const OF_STORE =
  'namespace should either be empty or match the namespace of the SecretStore for a namespaced SecretStore';

const spec = z.object({
  token: secretKeySelector().optional(),
  auth: z.object({ in: z.object({ account: serviceAccountSelector().optional() }).optional() }).optional(),
  trust: z.array(z.object({ ca: caProvider().optional() })).optional(),
  headers: z.record(z.string(), secretKeySelector()).optional(),
  nested: z.array(z.record(z.string(), z.array(secretKeySelector()))).optional(),
});
const deep = configKind({ kind: 'Deep', plural: 'deeps', description: 'For tests.', spec });
const inline = inlineConfig({ key: 'deep', description: 'For tests.', spec });

let own: OwnControlPlane;
let tenant: KubeClient;
let namespace: string;

beforeAll(async () => {
  own = await ownControlPlane();
  const { cluster } = own;
  await cluster.installCrds();
  await applyManifest(cluster.client(), crd(deep) as unknown as Manifest);
  for (const document of referencePolicies('provider-deep', { configKinds: [deep], inlineConfigs: [inline] }))
    await applyManifest(cluster.client(), document as Manifest);
  await cluster.applyAdmission({ adminNamespaces: { 'provider-aws': ['provider-aws', 'platform'] } });
  namespace = await cluster.createNamespace('tenant');
  for (const name of ['provider-aws', 'provider-deep', 'platform']) await cluster.ensureNamespace(name);
  tenant = cluster.client();
  await eventually(() => post('deeps', {}));
}, 120_000);
afterAll(() => own.cluster.stop());

function post(plural: string, body: object, where = namespace): Promise<unknown> {
  const [group, version, kind] =
    plural === 'secretstores' ? ['external-secrets.io', 'v1', 'SecretStore'] : [GROUP, 'v2alpha1', KIND[plural]];
  return tenant.request('POST', `/apis/${group}/${version}/namespaces/${where}/${plural}`, {
    query: { dryRun: 'All' },
    body: { apiVersion: `${group}/${version}`, kind, metadata: { name: 'candidate' }, spec: body },
  });
}
const KIND: Readonly<Record<string, string>> = { deeps: 'Deep', secretsmanagers: 'SecretsManager' };

/** What who creates it is told; empty where it is taken. */
async function refusal(plural: string, body: object, where?: string): Promise<string> {
  try {
    await post(plural, body, where);
    return '';
  } catch (error) {
    const { code, said = '' } = KubeError.from(error);
    if (code !== 'ADMISSION_DENIED') throw error;
    return said.slice(said.indexOf('denied request: ') + 'denied request: '.length);
  }
}

const foreign = { name: 's', namespace: 'other', key: 'k' };
const ca = { type: 'Secret', ...foreign };

const places: readonly [string, object][] = [
  ['token', { token: foreign }],
  ['auth.in.account', { auth: { in: { account: { name: 'a', namespace: 'other' } } } }],
  ['trust[].ca', { trust: [{}, { ca: { type: 'Secret', name: 's' } }, { ca }] }],
  ['headers[*]', { headers: { mine: { name: 's' }, theirs: foreign } }],
  ['nested[][*][]', { nested: [{}, { a: [], b: [{ name: 's' }, foreign] }] }],
];

describe('a reference into another namespace', () => {
  test.each(places)('is refused in a config object at %s', async (place, config) => {
    expect(await refusal('deeps', config)).toBe(`spec.${place}.namespace: ${OWN}`);
    expect(await refusal('deeps', config, 'provider-deep')).toBe('');
  });

  test.each(places)('is refused in a SecretStore at %s, in whatever namespace', async (place, config) => {
    const stored = { provider: { deep: config } };
    for (const where of [namespace, 'provider-deep'])
      expect(await refusal('secretstores', stored, where)).toBe(`spec.provider.deep.${place}.namespace: ${OF_STORE}`);
  });

  test('is told of all of them', async () => {
    const said = await refusal('deeps', Object.assign({}, ...places.map(([, config]) => config)) as object);
    expect(said.split('; ')).toHaveLength(places.length);
  });
});

describe('is taken', () => {
  const own = (name: string) => ({ name: 's', namespace: name, key: 'k' });

  test('a reference that names its own namespace, or none', async () => {
    for (const plural of ['deeps', 'secretstores'])
      for (const reference of [own(namespace), { name: 's' }]) {
        const config = { token: reference, headers: { a: reference }, nested: [{ a: [reference] }] };
        expect(await refusal(plural, plural === 'deeps' ? config : { provider: { deep: config } })).toBe('');
      }
  });

  test.each<[string, unknown]>([
    ['null', null],
    ['a text', 'text'],
    ['a number', 1],
    ['a list', [foreign]],
    ['a null in the place of a reference', { token: null, headers: { a: null }, trust: [null], nested: [{ a: null }] }],
    ['a null in the place of a namespace', { token: { name: 's', namespace: null } }],
    ['a text in the place of a list', { trust: 'x', nested: 'y', headers: 'z', auth: { in: 'w' } }],
  ])('%s, which the provider refuses where it is one', async (_what, config) => {
    expect(await refusal('secretstores', { provider: { deep: config } })).toBe('');
  });

  test('a config under a key of somebody else', async () => {
    expect(await refusal('secretstores', { provider: { other: { token: foreign } } })).toBe('');
  });

  test('two thousand references', async () => {
    const many = { headers: Object.fromEntries(Array.from({ length: 2_000 }, (_, at) => [`h${at}`, own(namespace)])) };
    expect(await refusal('deeps', many)).toBe('');
    expect(await refusal('secretstores', { provider: { deep: many } })).toBe('');
  });
});

describe('provider-aws', () => {
  const secretRef = { accessKeyIDSecretRef: { name: 's', key: 'k' }, secretAccessKeySecretRef: foreign };
  const config = { region: 'eu-central-1', auth: { secretRef } };
  const at = 'auth.secretRef.secretAccessKeySecretRef.namespace';

  test('refuses what leads out of the namespace, in its own kind and in a SecretStore', async () => {
    expect(await refusal('secretsmanagers', config)).toBe(
      `spec.${at}: only the namespace of the SecretsManager itself may be named here`,
    );
    const provider = { aws: { service: 'SecretsManager', ...config } };
    expect(await refusal('secretstores', { provider })).toBe(`spec.provider.aws.${at}: ${OF_STORE}`);
  });

  test('lets those through whom an administrator named', async () => {
    for (const where of ['provider-aws', 'platform']) expect(await refusal('secretsmanagers', config, where)).toBe('');
  });

  test('a ClusterSecretStore may name any', async () => {
    const provider = { aws: { service: 'SecretsManager', ...config } };
    await tenant.request('POST', '/apis/external-secrets.io/v1/clustersecretstores', {
      query: { dryRun: 'All' },
      body: {
        apiVersion: 'external-secrets.io/v1',
        kind: 'ClusterSecretStore',
        metadata: { name: 'shared' },
        spec: { provider },
      },
    });
  });
});
