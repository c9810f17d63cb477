import { controlPlane, eventually, mayDo, serviceAccountUser, type TestCluster } from '@eso/testing';
import { Harness } from './testing/harness.ts';

let cluster: TestCluster;
let harness: Harness;
beforeAll(async () => {
  cluster = await controlPlane();
  harness = await Harness.start(cluster);
});
afterAll(async () => {
  await harness[Symbol.asyncDispose]();
  await cluster.stop();
});

/** @param right verb, resource (with its group after a dot), place, and the name of an object if it is about one */
function allowed(right: string): Promise<boolean> {
  const [verb = '', resource = '', place = '', name] = right.split(' ');
  const namespaces = new Map([
    ['eso', harness.namespace],
    ['provider', harness.provider],
    ['tenant', 'default'],
  ]);
  const [plural = '', ...group] = resource.split('.');
  const account = serviceAccountUser(`${harness.namespace}/cert-manager-controller`);
  return mayDo(harness.admin, account, {
    verb,
    group: group.join('.'),
    resource: plural,
    namespace: namespaces.get(place),
    name,
  });
}

test.each([
  'list services cluster',
  'watch services cluster',
  'create events tenant',
  'patch events tenant',
  'create secrets eso',
  'get secrets eso eso-provider-ca-internal',
  'watch secrets eso eso-provider-ca-internal',
  'update secrets eso eso-provider-client-tls',
  'create leases.coordination.k8s.io eso',
  'create secrets provider',
  'get secrets provider external-secrets-provider-tls',
  'watch secrets provider external-secrets-provider-tls',
  'update secrets provider external-secrets-provider-tls',
])('may %s', async (right) => {
  await eventually(async () => expect(await allowed(right)).toBe(true), { timeoutMs: 5_000 });
});

test.each([
  'get secrets cluster',
  'list secrets cluster',
  'list secrets cluster external-secrets-provider-tls',
  'watch secrets cluster',
  'create secrets tenant',
  'get secrets tenant external-secrets-provider-tls',
  'update secrets tenant external-secrets-provider-tls',
  'list secrets provider',
  'watch secrets provider',
  'get secrets provider cloud-credentials',
  'update secrets provider cloud-credentials',
  'patch secrets provider external-secrets-provider-tls',
  'delete secrets provider external-secrets-provider-tls',
  'list secrets eso',
  'get secrets eso something-else',
  'update secrets eso eso-provider-ca-internal',
  'delete secrets eso eso-provider-ca-internal',
  'update services provider',
  'create pods eso',
  'create serviceaccounts/token eso',
  'list configmaps cluster',
  '* * cluster',
])('may not %s', async (right) => {
  expect(await allowed(right)).toBe(false);
});
