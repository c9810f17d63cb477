import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Code, ConnectError } from '@connectrpc/connect';
import { fromConnectError } from '@eso/api/server';
import { connectToProvider, type TestProviderClient } from '@eso/api/testing';
import { controlPlane, eventually, LAB_SERVER_NAME, type TestCluster, TlsLab } from '@eso/testing';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const apiVersion = 'provider.external-secrets.io/v2alpha1';

let cluster: TestCluster;
let lab: TlsLab;
let certDir: string;
let tenant: string;
let other: string;
let provider: Process;
let client: TestProviderClient;

/** A provider process, with the ports it chose. */
interface Process {
  readonly child: ChildProcess;
  readonly ports: ReadonlyMap<string, number>;
  readonly exit: Promise<number | null>;
}

async function startProcess(kubeconfig: string): Promise<Process> {
  const flags = ['--listen=127.0.0.1:0', '--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0', '--drain-delay=0s'];
  const child = spawn(
    process.execPath,
    ['--conditions=@eso/source', MAIN, ...flags, `--kubeconfig=${kubeconfig}`, `--cert-dir=${certDir}`],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  const ports = new Map<string, number>();
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
    if (port !== undefined) ports.set(msg, port);
    if (ports.size === 3) break;
  }
  child.stdout.resume();
  return { child, ports, exit };
}

const kubectl = async (manifest: string): Promise<void> => cluster.apply(manifest);

const fake = (namespace: string, value: string): string => `
apiVersion: ${apiVersion}
kind: Fake
metadata: { name: demo, namespace: ${namespace} }
spec: { data: [{ key: db, value: ${value} }] }
`;

const store = (namespace: string): string => `
apiVersion: external-secrets.io/v1
kind: Provider
metadata: { name: demo, namespace: ${namespace} }
spec: { address: 'fake.fake.svc:8080', providerRef: { apiVersion: ${apiVersion}, kind: Fake, name: demo } }
`;

/** `get` on stores and Fakes of one namespace alone: no list, no watch, nothing cluster-wide. */
const rights = (namespace: string, account: string): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: fakes, namespace: ${namespace} }
rules:
  - { apiGroups: [provider.external-secrets.io], resources: [fakes], verbs: [get] }
  - { apiGroups: [external-secrets.io], resources: [providers], verbs: [get] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: fakes, namespace: ${namespace} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: fakes }
subjects: [{ kind: ServiceAccount, name: provider-fake, namespace: ${account} }]
`;

async function ready(): Promise<{ status: number; text: string }> {
  const response = await fetch(`http://127.0.0.1:${provider.ports.get('serving probes')}/readyz`);
  return { status: response.status, text: await response.text() };
}

async function get(namespace: string): Promise<string> {
  const providerRef = { apiVersion, kind: 'Fake', name: 'demo', storeRefKind: 'Provider', storeName: 'demo' };
  try {
    const { value } = await client.store.getSecret({
      providerRef,
      sourceNamespace: namespace,
      remoteRef: { key: 'db' },
    });
    return Buffer.from(value).toString();
  } catch (error) {
    const status = ConnectError.from(error);
    return `${Code[status.code]} ${fromConnectError(status).code}`;
  }
}

beforeAll(async () => {
  cluster = await controlPlane();
  await cluster.installCrds();
  lab = await TlsLab.create();
  certDir = await mkdtemp(join(tmpdir(), 'provider-fake-'));
  tenant = await cluster.createNamespace('tenant');
  other = await cluster.createNamespace('tenant');
  const home = await cluster.createNamespace('provider-fake');
  const kubeconfig = await cluster.kubeconfigFor({ namespace: home, name: 'provider-fake' });
  await kubectl(rights(tenant, home));
  for (const namespace of [tenant, other]) await kubectl(store(namespace));
  provider = await startProcess(kubeconfig);
  const pair = await lab.client();
  client = connectToProvider({
    host: '127.0.0.1',
    port: provider.ports.get('listening') ?? 0,
    serverName: LAB_SERVER_NAME,
    ca: pair['ca.crt'],
    cert: pair['tls.crt'],
    key: pair['tls.key'],
  });
});

afterAll(async () => {
  client.close();
  provider.child.kill('SIGKILL');
  await provider.exit;
  await rm(certDir, { recursive: true });
  await lab.remove();
  await cluster.stop();
});

test('is not ready until it has a certificate, and needs no restart then', async () => {
  expect(await ready()).toMatchObject({ status: 503, text: expect.stringContaining('cannot read tls.crt') as string });
  await lab.mount(certDir, await lab.server());
  await eventually(async () => expect(await ready()).toEqual({ status: 200, text: 'ok\n' }));
});

test('an absent config object is no absent secret, and is found once it is there', async () => {
  expect(await get(tenant)).toBe('FailedPrecondition CONFIG_NOT_FOUND');
  await kubectl(fake(tenant, 'first'));
  expect(await get(tenant)).toBe('first');
});

test('a change of the config object is seen without a restart', async () => {
  await kubectl(fake(tenant, 'second'));
  await eventually(async () => expect(await get(tenant)).toBe('second'));
});

test('reads with its own rights: a namespace it was not given is answered with what to do', async () => {
  await kubectl(fake(other, 'hidden'));
  expect(await get(other)).toBe('FailedPrecondition STORE_NOT_READABLE');
});

test('the API server takes what the schema allows and refuses the rest', async () => {
  await expect(kubectl(fake(tenant, '1'))).rejects.toThrow('spec.data[0].value');
  const withoutData = `{ apiVersion: ${apiVersion}, kind: Fake, metadata: { name: x, namespace: ${tenant} }, spec: {} }`;
  await expect(kubectl(withoutData)).rejects.toThrow('spec.data');
});

test('serves its metrics', async () => {
  const response = await fetch(`http://127.0.0.1:${provider.ports.get('serving metrics')}/metrics`);
  expect(await response.text()).toMatch(/grpc_server_requests_total\{[^}]*GetSecret"[^}]*status="OK"\} [1-9]/);
});

test('ends with exit code 0 at SIGTERM', async () => {
  provider.child.kill('SIGTERM');
  expect(await provider.exit).toBe(0);
});

test.each(['--enable-tls=false', '--insecure', '--skip-client-auth'])('has no flag %s', async (flag) => {
  const child = spawn(process.execPath, ['--conditions=@eso/source', MAIN, flag], { stdio: 'ignore' });
  expect(await once(child, 'exit')).toEqual([1, null]);
});
