import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { connectToProvider, type TestProviderClient } from '@eso/api/testing';
import {
  controlPlane,
  eventually,
  FaultProxy,
  LAB_SERVER_NAME,
  type Moto,
  startMoto,
  type TestCluster,
  TlsLab,
} from '@eso/testing';
import { refusedCall, REGION, validKeys } from './testing/aws-lab.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const API_VERSION = 'provider.external-secrets.io/v2alpha1';

let cluster: TestCluster;
let lab: TlsLab;
let moto: Moto;
let network: FaultProxy;
let tenant: string;
let child: ChildProcess;
let client: TestProviderClient;

/** What an administrator grants in a namespace that uses the provider. */
const rights = (account: string): string => `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: aws, namespace: ${tenant} }
rules:
  - { apiGroups: [external-secrets.io], resources: [providers], verbs: [get] }
  - { apiGroups: [provider.external-secrets.io], resources: [secretsmanagers], verbs: [get] }
  - { apiGroups: [''], resources: [secrets], verbs: [get] }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: aws, namespace: ${tenant} }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: aws }
subjects: [{ kind: ServiceAccount, name: provider-aws, namespace: ${account} }]
`;

const store = (): string => `
apiVersion: external-secrets.io/v1
kind: Provider
metadata: { name: aws, namespace: ${tenant} }
spec: { address: 'aws.aws.svc:8080', providerRef: { apiVersion: ${API_VERSION}, kind: SecretsManager, name: aws } }
`;

const config = (spec: string): string =>
  `{ apiVersion: ${API_VERSION}, kind: SecretsManager, metadata: { name: aws, namespace: ${tenant} }, spec: ${spec} }`;

const credentials = (): string => {
  const { accessKeyId, secretAccessKey } = validKeys(moto);
  return `{ apiVersion: v1, kind: Secret, metadata: { name: keys, namespace: ${tenant} }, stringData: { id: ${accessKeyId}, secret: ${secretAccessKey} } }`;
};

const AUTH =
  'auth: { secretRef: { accessKeyIDSecretRef: { name: keys, key: id }, secretAccessKeySecretRef: { name: keys, key: secret } } }';

/** Starts the program, with an identity of its own in its environment that it must not use. @returns its port */
async function start(kubeconfig: string, certDir: string): Promise<number> {
  const flags = ['--listen=127.0.0.1:0', '--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0', '--drain-delay=0s'];
  const { accessKeyId, secretAccessKey } = validKeys(moto);
  const env = {
    ...process.env,
    AWS_SECRETSMANAGER_ENDPOINT: `http://127.0.0.1:${network.port}`,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
  child = spawn(
    process.execPath,
    ['--conditions=@eso/source', MAIN, ...flags, `--kubeconfig=${kubeconfig}`, `--cert-dir=${certDir}`],
    { stdio: ['ignore', 'pipe', 'inherit'], env },
  );
  if (!child.stdout) throw new Error('the program has no output');
  for await (const line of createInterface({ input: child.stdout })) {
    const { msg, port } = JSON.parse(line) as { msg: string; port?: number };
    if (msg !== 'listening' || port === undefined) continue;
    child.stdout.resume();
    return port;
  }
  throw new Error('the program ended before it listened');
}

async function get(): Promise<string> {
  const providerRef = {
    apiVersion: API_VERSION,
    kind: 'SecretsManager',
    name: 'aws',
    storeRefKind: 'Provider',
    storeName: 'aws',
  };
  const { value } = await client.store.getSecret({ providerRef, sourceNamespace: tenant, remoteRef: { key: 'db' } });
  return Buffer.from(value).toString();
}

beforeAll(async () => {
  [cluster, lab, moto] = await Promise.all([controlPlane(), TlsLab.create(), startMoto()]);
  await cluster.installCrds();
  network = await FaultProxy.start({ target: { host: '127.0.0.1', port: Number(new URL(moto.url).port) } });
  tenant = await cluster.createNamespace('tenant');
  const home = await cluster.createNamespace('provider-aws');
  const kubeconfig = await cluster.kubeconfigFor({ namespace: home, name: 'provider-aws' });
  await cluster.apply(rights(home));
  await cluster.apply(store());
  const port = await start(kubeconfig, await lab.directory(await lab.server()));
  const pair = await lab.client();
  const tls = { serverName: LAB_SERVER_NAME, ca: pair['ca.crt'], cert: pair['tls.crt'], key: pair['tls.key'] };
  client = connectToProvider({ host: '127.0.0.1', port, ...tls });
  const aws = new SecretsManagerClient({ endpoint: moto.url, region: REGION, credentials: validKeys(moto) });
  await aws.send(new CreateSecretCommand({ Name: 'db', SecretString: 'value' }));
  aws.destroy();
});

afterAll(async () => {
  client.close();
  child.kill('SIGTERM');
  const [code] = (await once(child, 'exit')) as [number | null];
  await network.stop();
  await moto.stop();
  await lab.remove();
  await cluster.stop();
  expect(code).toBe(0);
});

test('the API server refuses a region that would lead to another host', async () => {
  await expect(cluster.apply(config('{ region: "x.example.org/" }'))).rejects.toThrow('spec.region');
  await expect(cluster.apply(config('{}'))).rejects.toThrow('spec.region');
});

test('a config object without credentials is not given those of the process', async () => {
  await cluster.apply(config(`{ region: ${REGION} }`));
  const { code, error } = await refusedCall(get());
  expect(code).toBe('CONFIG_INVALID');
  expect(error.field).toBe('spec.auth');
  expect(network.accepted).toBe(0);
});

test('credentials that come later are seen', async () => {
  await cluster.apply(config(`{ region: ${REGION}, ${AUTH} }`));
  await eventually(async () => expect(await refusedCall(get())).toMatchObject({ code: 'CREDENTIALS_UNUSABLE' }));
  await cluster.apply(credentials());
  expect(await get()).toBe('value');
});

test('an AWS that cannot be reached is told, and needs no restart when it is back', async () => {
  await network.set({ kind: 'refuse' });
  const { code, error } = await refusedCall(get());
  expect(code).toBe('BACKEND_UNAVAILABLE');
  expect(error.publicMessage).toBe(`AWS Secrets Manager in region ${REGION} is not reachable (ECONNREFUSED)`);
  expect(error.retryable).toBe(true);
  await network.set({ kind: 'pass' });
  expect(await get()).toBe('value');
});

test('an endpoint that is no URL ends the program with the name of the variable', async () => {
  const bad = spawn(process.execPath, ['--conditions=@eso/source', MAIN], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, AWS_STS_ENDPOINT: 'sts.local' },
  });
  let text = '';
  bad.stderr.on('data', (piece: Buffer) => (text += piece.toString()));
  const [code] = (await once(bad, 'exit')) as [number | null];
  expect(code).toBe(1);
  expect(text).toContain('AWS_STS_ENDPOINT must be an http or https URL');
});
