import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import type { KubeError } from '../error.ts';
import { type KubeObject, namespaces, resourceType, type Secret, secrets } from '../resource/index.ts';
import { issueServerIdentity } from '../testing/certificates.ts';
import type { KubeClient } from './client.ts';

/** Any object, as its manifest says. */
type Manifest = KubeObject & Record<string, unknown>;

const ADMISSION = 'admissionregistration.k8s.io';
const policies = resourceType<Manifest>(
  ADMISSION,
  'v1',
  'validatingadmissionpolicies',
  'ValidatingAdmissionPolicy',
  'Cluster',
);
const bindings = resourceType<Manifest>(
  ADMISSION,
  'v1',
  'validatingadmissionpolicybindings',
  'ValidatingAdmissionPolicyBinding',
  'Cluster',
);
const webhooks = resourceType<Manifest>(
  ADMISSION,
  'v1',
  'validatingwebhookconfigurations',
  'ValidatingWebhookConfiguration',
  'Cluster',
);
const quotas = resourceType<Manifest>('', 'v1', 'resourcequotas', 'ResourceQuota', 'Namespaced');
const limitRanges = resourceType<Manifest>('', 'v1', 'limitranges', 'LimitRange', 'Namespaced');
const claims = resourceType<Manifest>('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', 'Namespaced');
const roles = resourceType<Manifest>('rbac.authorization.k8s.io', 'v1', 'roles', 'Role', 'Namespaced');
const roleBindings = resourceType<Manifest>(
  'rbac.authorization.k8s.io',
  'v1',
  'rolebindings',
  'RoleBinding',
  'Namespaced',
);

let cluster: TestCluster;
let client: KubeClient;
let namespace: string;

beforeAll(async () => {
  cluster = await controlPlane();
  client = cluster.client();
}, 120_000);

beforeEach(async () => {
  namespace = await cluster.createNamespace('refused');
});

afterAll(() => cluster.stop());

const secret = (name: string, stringData: Record<string, string> = { k: 'v' }): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData,
});

/** What a create ends in, tried until it does not succeed: a policy or a quota takes a moment to be known. */
function refused(create: (attempt: number) => Promise<unknown>): Promise<KubeError> {
  let attempt = 0;
  return eventually(async () => {
    const error = await create(attempt++).then(
      () => undefined,
      (thrown: unknown) => thrown as KubeError,
    );
    if (error === undefined) throw new Error('it was accepted');
    return error;
  });
}

test('a missing right is FORBIDDEN, on a collection, an object and a path', async () => {
  const nobody = await cluster.clientFor({ namespace, name: 'nobody' });
  for (const request of [
    () => nobody.create(secrets, secret('a')),
    () => nobody.get(secrets, { namespace, name: 'a' }),
    () => nobody.list(secrets),
    () => nobody.request('GET', '/metrics'),
  ]) {
    await expect(request()).rejects.toMatchObject({ code: 'FORBIDDEN', status: 403, retryable: false });
  }
});

test('granting what one does not have is FORBIDDEN', async () => {
  const rbac = { apiVersion: 'rbac.authorization.k8s.io/v1' };
  const rules = [{ apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] }];
  await client.create(roles, { ...rbac, kind: 'Role', metadata: { name: 'granter', namespace }, rules });
  await client.create(roleBindings, {
    ...rbac,
    kind: 'RoleBinding',
    metadata: { name: 'granter', namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'granter' },
    subjects: [{ kind: 'ServiceAccount', name: 'granter', namespace }],
  });
  const granter = await cluster.clientFor({ namespace, name: 'granter' });
  const more = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }];
  const error = await eventually(async () => {
    const role = { ...rbac, kind: 'Role', metadata: { name: 'more', namespace }, rules: more };
    const thrown = (await granter.create(roles, role).catch((e: unknown) => e)) as KubeError;
    expect(thrown.message).toContain('attempting to grant');
    return thrown;
  });
  expect(error.code).toBe('FORBIDDEN');
});

test('a quota on the number of Secrets is QUOTA_EXCEEDED', async () => {
  const hard = { 'count/secrets': '1' };
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'one-secret', namespace },
    spec: { hard },
  };
  const created = await client.create(quotas, quota);
  // No controller-manager runs here, which would do this.
  await client.updateStatus(quotas, { ...created, status: { hard, used: { 'count/secrets': '0' } } });
  const error = await refused((attempt) => client.create(secrets, secret(`s${attempt}`)));
  expect(error).toMatchObject({ code: 'QUOTA_EXCEEDED', status: 403, retryable: false });
  expect(error.publicMessage).toContain('exceeded quota: one-secret');
});

test.each([
  ['without a reason', undefined, 422],
  ['with reason Forbidden', 'Forbidden', 403],
  ['with reason RequestEntityTooLarge', 'RequestEntityTooLarge', 413],
])('a policy that refuses %s is ADMISSION_DENIED', async (_name, reason, status) => {
  const name = `no-password.${namespace}`;
  const api = { apiVersion: `${ADMISSION}/v1` };
  const match = { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } };
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['secrets'] };
  await client.create(policies, {
    ...api,
    kind: 'ValidatingAdmissionPolicy',
    metadata: { name },
    spec: {
      matchConstraints: { ...match, resourceRules: [rule] },
      validations: [
        { expression: "!('password' in object.data)", message: 'no passwords here', ...(reason && { reason }) },
      ],
    },
  });
  await client.create(bindings, {
    ...api,
    kind: 'ValidatingAdmissionPolicyBinding',
    metadata: { name },
    spec: { policyName: name, validationActions: ['Deny'], matchResources: match },
  });
  try {
    const error = await refused((attempt) => client.create(secrets, secret(`s${attempt}`, { password: 'p' })));
    expect(error).toMatchObject({ code: 'ADMISSION_DENIED', status, retryable: false });
    expect(error.publicMessage).toContain('no passwords here');
    const other = await client.create(secrets, secret('harmless'));
    const patch = { stringData: { password: 'p' } };
    const ref = { namespace, name: other.metadata.name };
    await expect(client.patch(secrets, ref, patch, { type: 'merge' })).rejects.toMatchObject({
      code: 'ADMISSION_DENIED',
    });
  } finally {
    await client.delete(bindings, { name });
    await client.delete(policies, { name });
  }
});

test.each([403, 400, 422, 500])('a webhook that refuses with status %d is ADMISSION_DENIED', async (code) => {
  const identity = issueServerIdentity();
  const server = createServer(identity, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { request: asked } = JSON.parse(Buffer.concat(chunks).toString()) as { request: { uid: string } };
      const answer = { uid: asked.uid, allowed: false, status: { code, message: 'the hook says no' } };
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ apiVersion: 'admission.k8s.io/v1', kind: 'AdmissionReview', response: answer }));
    });
  });
  const name = `hook.${namespace}.test`;
  await withWebhook(server, identity.cert, name, async () => {
    const error = await refused((attempt) => client.create(secrets, secret(`s${attempt}`)));
    expect(error).toMatchObject({ code: 'ADMISSION_DENIED', status: code, retryable: false });
    expect(error.publicMessage).toContain('the hook says no');
  });
});

test('a webhook that cannot be asked is a SERVER_ERROR, which ends by itself', async () => {
  const identity = issueServerIdentity();
  const server = createServer(identity, (_request, response) => response.destroy());
  await withWebhook(server, identity.cert, `hook.${namespace}.test`, async () => {
    const error = await refused((attempt) => client.create(secrets, secret(`s${attempt}`)));
    expect(error).toMatchObject({ code: 'SERVER_ERROR', retryable: true });
  });
});

test('a plugin that refuses is ADMISSION_DENIED', async () => {
  const limits = [{ type: 'PersistentVolumeClaim', max: { storage: '1Gi' } }];
  await client.create(limitRanges, {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'small', namespace },
    spec: { limits },
  });
  const resources = { requests: { storage: '2Gi' } };
  const claim = (attempt: number): Manifest => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `c${attempt}`, namespace },
    spec: { accessModes: ['ReadWriteOnce'], resources },
  });
  const error = await refused((attempt) => client.create(claims, claim(attempt)));
  expect(error).toMatchObject({ code: 'ADMISSION_DENIED', status: 403 });
});

test('a namespace that is being deleted is NAMESPACE_TERMINATING', async () => {
  // Without a controller-manager it stays so for good.
  await client.delete(namespaces, { name: namespace });
  const error = await refused((attempt) => client.create(secrets, secret(`s${attempt}`)));
  expect(error).toMatchObject({ code: 'NAMESPACE_TERMINATING', status: 403, retryable: false });
});

/** Runs a webhook for Secrets of the namespace. */
async function withWebhook(server: Server, ca: string, name: string, run: () => Promise<void>): Promise<void> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['secrets'] };
  await client.create(webhooks, {
    apiVersion: `${ADMISSION}/v1`,
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name },
    webhooks: [
      {
        name,
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { url: `https://127.0.0.1:${port}/`, caBundle: Buffer.from(ca).toString('base64') },
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
        rules: [rule],
      },
    ],
  });
  try {
    await run();
  } finally {
    await client.delete(webhooks, { name });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
