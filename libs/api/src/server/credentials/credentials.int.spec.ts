/** References of every kind, read from a real API server with the rights that a Role gives and no others. */
import { configMaps, type KubeClient, secrets, serviceAccounts } from '@eso/kube';
import { systemClock } from '@eso/runtime';
import { controlPlane, eventually, type TestCluster, TlsLab } from '@eso/testing';
import { ProviderError } from '../../contract/provider-error.ts';
import type { CredentialScope } from '../stores/namespace-rule.ts';
import { CredentialCache } from './credential-cache.ts';
import type { Credentials } from './credentials.ts';

const field = 'spec.auth.ref';
let cluster: TestCluster;
let admin: KubeClient;
let provider: KubeClient;
let lab: TlsLab;
let home: string;
/** Namespace with a Role for the provider, and one without. */
let bound: string;
let unbound: string;
const caches: CredentialCache[] = [];

beforeAll(async () => {
  [cluster, lab] = await Promise.all([controlPlane(), TlsLab.create()]);
  admin = cluster.client();
  [home, bound, unbound] = [
    await cluster.createNamespace('credentials-home'),
    await cluster.createNamespace('credentials-bound'),
    await cluster.createNamespace('credentials-unbound'),
  ];
  provider = await cluster.clientFor({ namespace: home, name: 'provider' });
  await cluster.apply(`
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { namespace: ${bound}, name: provider }
rules:
  - { apiGroups: [''], resources: [secrets, configmaps, serviceaccounts], verbs: [get] }
  - { apiGroups: [''], resources: [serviceaccounts/token], resourceNames: [app], verbs: [create] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { namespace: ${bound}, name: provider }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: provider }
subjects: [{ kind: ServiceAccount, namespace: ${home}, name: provider }]
`);
  const meta = (namespace: string, name: string) => ({ namespace, name });
  for (const namespace of [bound, unbound]) {
    const data = { id: ' one\n', 'ca.crt': lab.authority.certificate };
    const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/app' };
    await admin.create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: meta(namespace, 'login'),
      stringData: data,
    });
    await admin.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta(namespace, 'login'), data });
    for (const name of ['app', 'other'])
      await admin.create(serviceAccounts, {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { ...meta(namespace, name), annotations },
      });
  }
  // The authorizer learns of a new binding through a watch.
  await eventually(() => reader().serviceAccountToken({ name: 'app' }, {}, field));
}, 120_000);
afterAll(async () => {
  for (const cache of caches) cache.close();
  await Promise.all([cluster.stop(), lab.remove()]);
});

function reader(scope: CredentialScope['kind'] = 'ownNamespace', namespace = bound): Credentials {
  const cache = new CredentialCache({ kube: provider, clock: systemClock });
  caches.push(cache);
  return cache.reader({ kind: scope, namespace }, new AbortController().signal);
}

test('each kind of reference is read as it stands', async () => {
  const credentials = reader();
  const selector = { name: 'login', key: 'id' };
  expect(Buffer.from(await credentials.secretKey(selector, field)).toString()).toBe(' one\n');
  expect([...(await credentials.secret(selector, field)).keys()].sort()).toEqual(['ca.crt', 'id']);
  expect(await credentials.configMapKey(selector, field)).toBe(' one\n');
  for (const type of ['Secret', 'ConfigMap'] as const) {
    const caProvider = { type, name: 'login', key: 'ca.crt' };
    expect(await credentials.certificateAuthority({ caProvider }, field)).toBe(lab.authority.certificate);
  }
  expect(await credentials.serviceAccount({ name: 'app' }, field)).toMatchObject({
    namespace: bound,
    annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::1:role/app' },
  });
});

test('a token is for the account, the audiences and the time that were asked for', async () => {
  const selector = { name: 'app', audiences: ['vault'] };
  const { token, expiresAtMs } = await reader().serviceAccountToken(selector, { audiences: ['sts'] }, field);
  const claims = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>;
  expect(claims).toMatchObject({ sub: `system:serviceaccount:${bound}:app`, aud: ['sts', 'vault'] });
  expect((claims['exp'] as number) - (claims['iat'] as number)).toBe(600);
  expect(expiresAtMs).toBe((claims['exp'] as number) * 1_000);
});

async function said(read: Promise<unknown>): Promise<string> {
  const error = await read.then(
    () => new ProviderError('INTERNAL', 'it was read'),
    (thrown: unknown) => ProviderError.from(thrown),
  );
  return `${error.code}: ${error.publicMessage}. ${error.nextStep}`;
}

test.each<[string, (credentials: Credentials) => Promise<unknown>, string]>([
  [
    'Secret',
    (c) => c.secretKey({ name: 'login', key: 'id' }, field),
    "add it to tenantNamespaces of the provider's chart",
  ],
  ['ConfigMap', (c) => c.configMapKey({ name: 'login', key: 'id' }, field), 'get on configmaps'],
  ['ServiceAccount', (c) => c.serviceAccount({ name: 'app' }, field), 'get on serviceaccounts'],
])('without a right on it, a %s and the right are named', async (kind, read, right) => {
  const text = await said(read(reader('ownNamespace', unbound)));
  expect(text).toContain(`CREDENTIALS_UNUSABLE: the provider may not read ${kind} ${unbound}/`);
  expect(text).toContain(right);
});

test('a token of an account that the Role does not name is refused', async () => {
  expect(await said(reader().serviceAccountToken({ name: 'other' }, {}, field))).toBe(
    `CREDENTIALS_UNUSABLE: the provider may not request tokens of ServiceAccount ${bound}/other. grant it create on ` +
      `serviceaccounts/token, for resourceNames [other], by a Role in namespace ${bound}, or add the namespace to ` +
      "tokenNamespaces of the provider's chart",
  );
});

test('a token of an account that is not there', async () => {
  const cache = new CredentialCache({ kube: admin, clock: systemClock });
  caches.push(cache);
  const credentials = cache.reader({ kind: 'ownNamespace', namespace: bound }, new AbortController().signal);
  expect(await said(credentials.serviceAccountToken({ name: 'absent' }, {}, field))).toContain(
    `CREDENTIALS_UNUSABLE: ServiceAccount ${bound}/absent does not exist`,
  );
});

test('a life that is too short is refused in the words of the API server', async () => {
  const text = await said(reader().serviceAccountToken({ name: 'app' }, { expirationSeconds: 30 }, field));
  expect(text).toContain(`CONFIG_INVALID: the API server issues no such token of ServiceAccount ${bound}/app: `);
  expect(text).toContain('spec.expirationSeconds');
});

test('absent objects, and a namespace that is not there', async () => {
  expect(await said(reader().secretKey({ name: 'absent', key: 'id' }, field))).toContain('does not exist');
  expect(await said(reader().configMapKey({ name: 'absent', key: 'id' }, field))).toContain('does not exist');
  const elsewhere = { name: 'login', key: 'id', namespace: unbound };
  expect(await said(reader().secretKey(elsewhere, field))).toContain('NAMESPACE_NOT_ALLOWED');
});

test('a revision follows what is written, and nothing else', async () => {
  const credentials = reader();
  await credentials.secretKey({ name: 'login', key: 'id' }, field);
  const revision = async () => {
    await systemClock.sleep(1_050);
    return credentials.revision();
  };
  const before = await revision();
  expect(await revision()).toBe(before);
  await admin.patch(secrets, { namespace: bound, name: 'login' }, { stringData: { id: 'new' } }, { type: 'merge' });
  expect(await revision()).not.toBe(before);
  expect(Buffer.from(await credentials.secretKey({ name: 'login', key: 'id' }, field)).toString()).toBe('new');
});
