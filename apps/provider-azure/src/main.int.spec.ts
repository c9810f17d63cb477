/** The program itself, with the rights of its chart at a real API server, whose ServiceAccounts log in to the test server's vault. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { connectToProvider, type TestProviderClient } from '@eso/api/testing';
import { type KeyVaultServer, startKeyVault } from '@eso/key-vault-server';
import { eventually, LAB_SERVER_NAME, type OwnControlPlane, ownControlPlane, TlsLab } from '@eso/testing';
import { APP, MACHINE, refusedCall, TENANT } from './testing/azure-lab.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
const HOME = 'provider-azure';
const STORE = 'external-secrets.io/v1';
const rights = { chart: HOME, tenantNamespaces: ['team-a'] };

let own: OwnControlPlane;
let tls: TlsLab;
let azure: KeyVaultServer;
let scratch: string;
let child: ChildProcess;
let client: TestProviderClient;
const log: string[] = [];

const store = (name: string, config: string): string => `
apiVersion: ${STORE}
kind: SecretStore
metadata: { name: ${name}, namespace: team-a }
spec: { provider: { azurekv: { vaultUrl: 'https://team-a.vault.azure.net', ${config} } } }
`;

beforeAll(async () => {
  [own, tls] = await Promise.all([ownControlPlane(), TlsLab.create()]);
  scratch = await mkdtemp(join(tmpdir(), 'provider-azure-'));
  const { cluster } = own;
  await cluster.installCrds();
  for (const namespace of [HOME, 'team-a']) await cluster.ensureNamespace(namespace);
  await cluster.applyRights(rights);
  const annotations = `{ azure.workload.identity/client-id: ${APP}, azure.workload.identity/tenant-id: ${TENANT} }`;
  await cluster.apply(
    `{ apiVersion: v1, kind: ServiceAccount, metadata: { name: robot, namespace: team-a, annotations: ${annotations} } }`,
  );
  await cluster.apply(store('web', 'authType: WorkloadIdentity, serviceAccountRef: { name: robot }'));
  await cluster.apply(store('machine', 'authType: ManagedIdentity'));
  const issuer = (JSON.parse(await raw('/.well-known/openid-configuration')) as { issuer: string }).issuer;
  azure = await startKeyVault({
    tenants: [
      { id: TENANT, apps: [{ clientId: APP, federated: [{ issuer, subject: 'system:serviceaccount:team-a:robot' }] }] },
    ],
    vaults: [{ name: 'team-a', tenantId: TENANT, access: { [APP]: 'all', [MACHINE]: 'all' } }],
    identities: [{ tenantId: TENANT, clientId: MACHINE, systemAssigned: true }],
  });
  azure.directory.trustIssuer(issuer, async () => JSON.parse(await raw('/openid/v1/jwks')) as never);
  const port = await start(await cluster.kubeconfigFor({ namespace: HOME, name: HOME }));
  const pair = await tls.client();
  const material = { serverName: LAB_SERVER_NAME, ca: pair['ca.crt'], cert: pair['tls.crt'], key: pair['tls.key'] };
  client = connectToProvider({ host: '127.0.0.1', port, ...material });
});

afterAll(async () => {
  client.close();
  child.kill('SIGKILL');
  await once(child, 'exit');
  await azure.stop();
  await rm(scratch, { recursive: true });
  await tls.remove();
  await own.cluster.stop();
});

async function raw(path: string): Promise<string> {
  const { code, stdout, stderr } = await own.cluster.kubectl('get', '--raw', path);
  if (code !== 0) throw new Error(stderr);
  return stdout;
}

/** Starts the program as an administrator does who has a proxy and an authority of his own. @returns its port */
async function start(kubeconfig: string): Promise<number> {
  const authority = join(scratch, 'ca.crt');
  await writeFile(authority, azure.ca);
  const flags = ['--listen=127.0.0.1:0', '--metrics-addr=127.0.0.1:0', '--health-addr=127.0.0.1:0', '--drain-delay=0s'];
  const certDir = await tls.directory(await tls.server());
  child = spawn(
    process.execPath,
    ['--conditions=@eso/source', MAIN, ...flags, `--kubeconfig=${kubeconfig}`, `--cert-dir=${certDir}`],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        HTTPS_PROXY: azure.proxyUrl,
        NO_PROXY: '127.0.0.1',
        NODE_EXTRA_CA_CERTS: authority,
        AZURE_POD_IDENTITY_AUTHORITY_HOST: azure.metadataUrl,
      },
    },
  );
  const ports = Promise.withResolvers<number>();
  child.once('exit', (code) => ports.reject(new Error(`the program ended with ${String(code)}`)));
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
    log.push(line);
    const { msg, port = 0 } = JSON.parse(line) as { msg: string; port?: number };
    if (msg === 'listening') ports.resolve(port);
  });
  return ports.promise;
}

const request = (name: string) => ({
  providerRef: { apiVersion: STORE, kind: 'SecretStore', name, storeRefKind: 'SecretStore', storeName: name },
  sourceNamespace: 'team-a',
});

test('a token of a ServiceAccount is asked for where the chart allows it, and logs in [V5.2.6]', async () => {
  const { code, error } = await refusedCall(client.store.validate(request('web')));
  expect([code, error.field, error.nextStep]).toEqual([
    'CREDENTIALS_UNUSABLE',
    'spec.provider.azurekv.serviceAccountRef',
    "grant the provider get on serviceaccounts in namespace team-a: add it to tokenNamespaces of the provider's chart",
  ]);
  expect(azure.calls).toEqual([]);
  await own.cluster.applyRights({ ...rights, tokenNamespaces: ['team-a'] });
  await eventually(async () => expect((await client.store.validate(request('web'))).valid).toBe(true));
  await client.store.pushSecret({
    ...request('web'),
    secretData: { k: Buffer.from('pushed') },
    pushSecretData: { remoteKey: 'app', secretKey: 'k', property: '', metadata: new Uint8Array() },
  });
  const { value } = await client.store.getSecret({ ...request('web'), remoteRef: { key: 'app' } });
  expect(Buffer.from(value).toString()).toBe('pushed');
  expect(log.join('\n')).not.toContain('eyJ');
});

test('the identity of the machine is not lent unasked [V5.2.4]', async () => {
  azure.calls.length = 0;
  const { code, error } = await refusedCall(client.store.validate(request('machine')));
  expect([code, error.field]).toEqual(['CONFIG_INVALID', 'spec.provider.azurekv.authType']);
  expect(azure.calls).toEqual([]);
});
