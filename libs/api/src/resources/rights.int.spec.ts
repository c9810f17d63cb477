/** What the charts' rights allow and what they do not, asked of a real API server. */
import type { KubeClient } from '@eso/kube';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';

let cluster: TestCluster;
let client: KubeClient;
/** Real namespaces of this test by the part they play; `cluster` means all of them. */
let places: Record<Place, string>;

type Place = 'eso' | 'tenant' | 'otherTenant' | 'fake' | 'aws' | 'default' | 'cluster';
type Account = 'core' | 'provider-fake' | 'provider-aws';

beforeAll(async () => {
  cluster = await controlPlane();
  client = cluster.client();
  places = {
    eso: await cluster.createNamespace('rights-eso'),
    tenant: await cluster.createNamespace('rights-tenant'),
    otherTenant: await cluster.createNamespace('rights-other'),
    fake: await cluster.createNamespace('rights-fake'),
    aws: await cluster.createNamespace('rights-aws'),
    default: 'default',
    cluster: '',
  };
  await applyCharts([places.tenant]);
}, 120_000);

afterAll(() => cluster.stop());

async function applyCharts(tenantNamespaces: string[] | 'all'): Promise<void> {
  const rename = { 'external-secrets': places.eso, 'provider-fake': places.fake, 'provider-aws': places.aws };
  for (const chart of ['external-secrets', 'provider-fake', 'provider-aws']) {
    await cluster.applyRights({ chart, tenantNamespaces, rename });
  }
}

/** A resource is written `resource[/subresource][.group]`, with a name behind a space where one is meant. */
async function allowed(account: Account, verb: string, what: string, place: Place): Promise<boolean> {
  const [type = '', name] = what.split(' ');
  const [plural = '', ...group] = type.split('.');
  const [resource, subresource] = plural.split('/');
  const home = { core: places.eso, 'provider-fake': places.fake, 'provider-aws': places.aws }[account];
  const serviceAccount = account === 'core' ? 'external-secrets' : account;
  const body = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: `system:serviceaccount:${home}:${serviceAccount}`,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${home}`, 'system:authenticated'],
      resourceAttributes: {
        verb,
        resource,
        group: group.join('.'),
        namespace: places[place],
        ...(subresource && { subresource }),
        ...(name && { name }),
      },
    },
  };
  const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
  return ((await client.request('POST', path, { body })) as { status: { allowed: boolean } }).status.allowed;
}

const LEASES = 'leases.coordination.k8s.io';
const ES = 'external-secrets.io';
const CONFIG = 'provider.external-secrets.io';

test.each<[Account, string, string, Place]>([
  ['core', 'list', `externalsecrets.${ES}`, 'tenant'],
  ['core', 'watch', `externalsecrets.${ES}`, 'tenant'],
  ['core', 'patch', `externalsecrets.${ES}`, 'tenant'],
  ['core', 'update', `externalsecrets/status.${ES}`, 'tenant'],
  ['core', 'update', `externalsecrets/finalizers.${ES}`, 'tenant'],
  ['core', 'watch', `providers.${ES}`, 'tenant'],
  ['core', 'update', `providers/status.${ES}`, 'tenant'],
  ['core', 'get', 'secrets', 'tenant'],
  ['core', 'list', 'secrets', 'tenant'],
  ['core', 'watch', 'secrets', 'tenant'],
  ['core', 'create', 'secrets', 'tenant'],
  ['core', 'update', 'secrets', 'tenant'],
  ['core', 'delete', 'secrets', 'tenant'],
  ['core', 'create', 'events', 'tenant'],
  ['core', 'patch', 'events', 'tenant'],
  ['core', 'create', 'events', 'default'],
  ['core', 'create', LEASES, 'eso'],
  ['core', 'update', `${LEASES} external-secrets-controller`, 'eso'],
  ['core', 'watch', `clusterproviders.${ES}`, 'cluster'],
  ['core', 'update', `clusterproviders/status.${ES}`, 'cluster'],
  ['core', 'watch', 'services', 'cluster'],
  ['core', 'watch', 'namespaces', 'cluster'],
  ['core', 'watch', 'endpointslices.discovery.k8s.io', 'cluster'],
  ['provider-fake', 'get', `fakes.${CONFIG}`, 'tenant'],
  ['provider-aws', 'get', `secretsmanagers.${CONFIG}`, 'tenant'],
  ['provider-aws', 'get', `parameterstores.${CONFIG}`, 'tenant'],
  ...(['provider-fake', 'provider-aws'] as const).flatMap((account): [Account, string, string, Place][] => [
    [account, 'get', `providers.${ES}`, 'tenant'],
    [account, 'get', `secretstores.${ES}`, 'tenant'],
    [account, 'get', `clusterproviders.${ES}`, 'cluster'],
    [account, 'get', `clustersecretstores.${ES}`, 'cluster'],
    [account, 'get', 'namespaces', 'cluster'],
  ]),
  ['provider-aws', 'get', 'secrets', 'tenant'],
  ['provider-aws', 'get', 'secrets', 'aws'],
])('%s may %s %s in %s', async (account, verb, what, place) => {
  // The authorizer learns of a new binding through a watch.
  await eventually(async () => expect(await allowed(account, verb, what, place)).toBe(true));
});

test.each<[Account, string, string, Place]>([
  ['core', 'get', 'secrets', 'eso'],
  ['core', 'get', 'secrets eso-provider-ca-internal', 'eso'],
  ['core', 'get', 'secrets eso-provider-client-tls', 'eso'],
  ['core', 'get', 'secrets', 'otherTenant'],
  ['core', 'create', 'secrets', 'otherTenant'],
  ['core', 'list', 'secrets', 'cluster'],
  ['core', 'get', 'secrets', 'aws'],
  ['core', 'list', `externalsecrets.${ES}`, 'cluster'],
  ['core', 'update', `externalsecrets.${ES}`, 'tenant'],
  ['core', 'patch', `externalsecrets/status.${ES}`, 'tenant'],
  ['core', 'patch', `providers/status.${ES}`, 'tenant'],
  ['core', 'patch', `clusterproviders/status.${ES}`, 'cluster'],
  ['core', 'update', `clusterproviders.${ES}`, 'cluster'],
  ['core', 'get', `secretsmanagers.${CONFIG}`, 'tenant'],
  ['core', 'update', `${LEASES} other`, 'eso'],
  ['core', 'create', LEASES, 'tenant'],
  ['core', 'update', 'services', 'cluster'],
  ['core', 'create', 'serviceaccounts/token', 'tenant'],
  ['core', 'create', 'pods', 'eso'],
  ['core', '*', '*', 'cluster'],
  ...(['provider-fake', 'provider-aws'] as const).flatMap((account): [Account, string, string, Place][] => [
    [account, 'get', `providers.${ES}`, 'otherTenant'],
    [account, 'list', `providers.${ES}`, 'tenant'],
    [account, 'watch', `secretstores.${ES}`, 'tenant'],
    [account, 'update', `providers.${ES}`, 'tenant'],
    [account, 'list', `clusterproviders.${ES}`, 'cluster'],
    [account, 'update', `clusterproviders/status.${ES}`, 'cluster'],
    [account, 'list', 'namespaces', 'cluster'],
  ]),
  ['provider-fake', 'get', 'secrets', 'tenant'],
  ['provider-fake', 'get', 'secrets', 'fake'],
  ['provider-fake', 'list', `fakes.${CONFIG}`, 'cluster'],
  ['provider-fake', 'update', `fakes.${CONFIG}`, 'tenant'],
  ['provider-fake', 'get', `secretsmanagers.${CONFIG}`, 'tenant'],
  ['provider-aws', 'list', 'secrets', 'tenant'],
  ['provider-aws', 'watch', 'secrets', 'aws'],
  ['provider-aws', 'update', 'secrets', 'tenant'],
  ['provider-aws', 'get', 'secrets', 'otherTenant'],
  ['provider-aws', 'get', 'secrets', 'eso'],
  ['provider-aws', 'get', 'secrets eso-provider-client-tls', 'eso'],
  ['provider-aws', 'get', 'secrets', 'fake'],
  ['provider-aws', 'get', `fakes.${CONFIG}`, 'tenant'],
  ['provider-aws', 'get', `externalsecrets.${ES}`, 'tenant'],
  ['provider-aws', 'create', 'serviceaccounts/token', 'aws'],
])('%s may not %s %s in %s', async (account, verb, what, place) => {
  expect(await allowed(account, verb, what, place)).toBe(false);
});

test('where all namespaces are served, tenant rights hold in each and the others stay', async () => {
  await applyCharts('all');
  const expected: [Account, string, string, Place][] = [
    ['core', 'create', 'secrets', 'otherTenant'],
    ['core', 'watch', `externalsecrets.${ES}`, 'cluster'],
    ['core', 'watch', 'services', 'cluster'],
    ['core', 'update', `clusterproviders/status.${ES}`, 'cluster'],
    ['provider-aws', 'get', 'secrets', 'otherTenant'],
    ['provider-fake', 'get', `providers.${ES}`, 'otherTenant'],
  ];
  for (const right of expected) await eventually(async () => expect(await allowed(...right)).toBe(true));
});
