import { readFile } from 'node:fs/promises';
import { KubeClient, type KubeConnection, loadConnection, secrets } from '@eso/kube';
import { ownControlPlane, type OwnControlPlane } from './control-plane.ts';

let own: OwnControlPlane;

beforeAll(async () => {
  own = await ownControlPlane({ audit: true });
});
afterAll(() => own.cluster.stop());

const secret = (namespace: string, name: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { namespace, name },
  stringData: { key: 'value' },
});

test('what is stored survives the death of the API server, on the same address', async () => {
  const { cluster, controlPlane } = own;
  const namespace = await cluster.createNamespace();
  await cluster.client().create(secrets, secret(namespace, 'kept'));
  await controlPlane.killApiServer();
  await expect(cluster.client().get(secrets, { namespace, name: 'kept' })).rejects.toMatchObject({
    code: 'UNREACHABLE',
  });
  await controlPlane.startApiServer();
  const kept = await cluster.client().get(secrets, { namespace, name: 'kept' });
  expect(kept.data).toEqual({ key: 'dmFsdWU=' });
});

test('a ServiceAccount without rights can do nothing (RBAC is on)', async () => {
  const { cluster } = own;
  const namespace = await cluster.createNamespace();
  const client = await cluster.clientFor({ namespace, name: 'nobody' });
  await expect(client.list(secrets, { namespace })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('kubectl works with a ServiceAccount of its own', async () => {
  const { cluster } = own;
  const namespace = await cluster.createNamespace();
  const kubeconfig = await cluster.kubeconfigFor({ namespace, name: 'someone' });
  const { stdout, code } = await cluster.kubectl(`--kubeconfig=${kubeconfig}`, 'auth', 'whoami', '-o', 'json');
  expect(code).toBe(0);
  expect(stdout).toContain(`system:serviceaccount:${namespace}:someone`);
});

test('a failing kubectl reports what it printed', async () => {
  const { stderr, code } = await own.cluster.kubectl('get', 'secret', 'absent');
  expect(code).toBe(1);
  expect(stderr).toContain('"absent" not found');
});

test('the serving certificate is not accepted without its CA', async () => {
  const connection = await loadConnection({ kubeconfig: own.cluster.adminKubeconfig });
  const withoutCa: KubeConnection = {
    ...connection,
    tls: async (signal) => {
      const material = { ...(await connection.tls(signal)) };
      delete material.ca;
      return material;
    },
  };
  const client = new KubeClient({ connection: withoutCa });
  await expect(client.list(secrets)).rejects.toMatchObject({ code: 'UNREACHABLE' });
  await client.close();
});

test('the audit log says who did what, and no value', async () => {
  const { cluster, controlPlane } = own;
  const namespace = await cluster.createNamespace();
  await cluster.client().create(secrets, secret(namespace, 'audited'));
  const log = await readFile(`${controlPlane.dir}/audit.log`, 'utf8');
  const entry = log.split('\n').find((line) => line.includes('"audited"') && line.includes(namespace));
  expect(entry).toContain('"verb":"create"');
  expect(log).not.toContain('dmFsdWU=');
});

test('all CRDs of the charts are accepted and served', async () => {
  const { cluster } = own;
  await cluster.installCrds();
  const { stdout } = await cluster.kubectl('get', 'providers,clusterproviders,externalsecrets', '-A', '-o', 'name');
  expect(stdout).toBe('');
  await expect(cluster.client().request('GET', '/apis/external-secrets.io/v1/providers')).resolves.toMatchObject({
    kind: 'ProviderList',
  });
});
