/** Azure Key Vault through the whole system: a store as its users have it, core, provider-azure, and a vault that is outside. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type KeyVaultServer, startKeyVault } from '@eso/key-vault-server';
import { System } from './support/system.ts';

const NAMESPACE = 'azure-user';
const TENANT = '11111111-1111-4111-8111-111111111111';
const APP = '22222222-2222-4222-8222-222222222222';
const PASSWORD = 'marker-client-secret';
let azure: KeyVaultServer;
let system: System;
let scratch: string;

beforeAll(async () => {
  azure = await startKeyVault({
    tenants: [{ id: TENANT, apps: [{ clientId: APP, secrets: [{ value: PASSWORD }] }] }],
    vaults: [{ name: 'team', tenantId: TENANT, access: { [APP]: 'all' } }],
  });
  scratch = await mkdtemp(join(tmpdir(), 'azure-'));
  const authority = join(scratch, 'ca.crt');
  await writeFile(authority, azure.ca);
  // As an administrator leads a provider out of the cluster: by a proxy, with an authority of his own.
  const env = { HTTPS_PROXY: azure.proxyUrl, NO_PROXY: '127.0.0.1', NODE_EXTRA_CA_CERTS: authority };
  system = await System.start({ tenants: [NAMESPACE], providers: { azure: { env } } });
});
afterAll(async () => {
  await system.stop();
  await azure.stop();
  await rm(scratch, { recursive: true });
});

/** A version of a secret, put there past everybody. */
function put(value: string, id: string): void {
  const attributes = { enabled: true, created: 1, updated: 1 };
  azure
    .vault('team')
    .secrets.add('database', { id: id.repeat(32), attributes, tags: {}, value, contentType: undefined });
}

const ready = (kind: string, name: string, status: string): Promise<string> =>
  system.kubectl(
    '-n', NAMESPACE, 'wait', `${kind}/${name}`, `--for=condition=Ready=${status}`, '--timeout=60s',
    '-o', 'jsonpath={.status.conditions[?(@.type=="Ready")].message}',
  ); // prettier-ignore

const store = (secretKey: string): string => `
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: { name: azure, namespace: ${NAMESPACE} }
spec:
  provider:
    azurekv:
      vaultUrl: https://team.vault.azure.net
      tenantId: ${TENANT}
      authSecretRef:
        clientId: { name: login, key: id }
        clientSecret: { name: login, key: ${secretKey} }
`;

test('an ExternalSecret becomes a Secret, and a wrong login is told in the store, with the Secret as it was', async () => {
  put('{"password":"marker-first"}', 'a');
  await system.apply(`
apiVersion: v1
kind: Secret
metadata: { name: login, namespace: ${NAMESPACE} }
stringData: { id: ${APP}, secret: ${PASSWORD}, wrong: marker-wrong }
`);
  await system.apply(store('secret'));
  expect(await ready('secretstore', 'azure', 'True')).toBe('store validated');
  await system.apply(`
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata: { name: database, namespace: ${NAMESPACE} }
spec:
  refreshInterval: 1h
  secretStoreRef: { name: azure }
  data: [{ secretKey: password, remoteRef: { key: database, property: password } }]
`);
  await system.holds(NAMESPACE, 'database', { password: 'marker-first' });
  await system.apply(store('wrong'));
  const message = await ready('secretstore', 'azure', 'False');
  expect(message).toContain('spec.provider.azurekv.authSecretRef.clientSecret');
  expect(message).toContain('AADSTS7000215');
  expect(message).not.toContain('marker-');
  await system.holds(NAMESPACE, 'database', { password: 'marker-first' });
  put('{"password":"marker-second"}', 'b');
  await system.apply(store('secret'));
  await ready('secretstore', 'azure', 'True');
  await system.kubectl('-n', NAMESPACE, 'annotate', 'externalsecret/database', 'force-sync=now');
  await system.holds(NAMESPACE, 'database', { password: 'marker-second' });
});
