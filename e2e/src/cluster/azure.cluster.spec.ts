/** provider-azure as its chart installs it: a vault outside, which its network policy lets it reach, and an authority that is mounted. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceRoot } from '@eso/testing';
import { parse } from 'yaml';
import { chartFolder, Helm } from '../../../tools/charts/helm.ts';
import { externalSecret, passwordOf } from '../../../tools/cluster/testing/asking.ts';
import { applyAll, clusterUnderTest, createNamespaces, restrictedNamespace } from '../../../tools/cluster/testing/pods.ts'; // prettier-ignore
import { CORE, takeOff } from '../../../tools/cluster/testing/releases.ts';
import { buildArchive } from '../../../tools/image/testing/built-image.ts';
import { hostAliasesOf, type OutsideVault, startAzureOutside } from '../support/azure-outside.ts';

/** Images and Helm are built, where nobody has done so before. */
const BUILD_MS = 1_500_000;
const PROVIDER = 'provider-azure';
const TENANT = 'azure-tenant';
const VAULT: OutsideVault = {
  tenantId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
  clientSecret: 'marker-client-secret',
  vault: 'team',
  secret: 'database',
  value: 'marker-of-the-vault',
};
const cluster = clusterUnderTest();
const kubectl = (...args: readonly string[]): Promise<string> => cluster.kubectl(...args);

let helm: Helm;
beforeAll(async () => {
  for (const app of ['core', 'cert-manager-controller', PROVIDER]) await cluster.importImage(await buildArchive(app));
  helm = await Helm.prepare(cluster.kubeconfig, cluster.dir);
  await createNamespaces(cluster, ...[CORE, PROVIDER, TENANT].map((name) => restrictedNamespace(name)));
  const login = [`--from-literal=id=${VAULT.clientId}`, `--from-literal=secret=${VAULT.clientSecret}`];
  await kubectl('-n', TENANT, 'create', 'secret', 'generic', 'login', ...login);
}, BUILD_MS);
afterAll(() => takeOff(cluster, helm, [PROVIDER, CORE], TENANT));

async function run(...args: readonly string[]): Promise<void> {
  expect(await helm.run(...args)).toMatchObject({ code: 0, stderr: '' });
}

/** The values by which docs/images.md mounts an authority. */
function valuesOfTrust(): Readonly<Record<string, unknown>> {
  const page = readFileSync(join(workspaceRoot, 'docs/images.md'), 'utf8');
  const [, yaml = ''] = /^```yaml\n(extraVolumes:[^]*?)^```$/m.exec(page) ?? [];
  return parse(yaml) as Readonly<Record<string, unknown>>;
}

/** @param values beside those that lead the names of Azure to the vault */
async function deploy(values: object): Promise<void> {
  const all = { tenantNamespaces: [TENANT], hostAliases: hostAliasesOf(VAULT), ...values };
  const flags = Object.entries(all).map(([key, value]) => `--set-json=${key}=${JSON.stringify(value)}`);
  const command = ['upgrade', '--install', '--reset-values', PROVIDER, chartFolder(PROVIDER), '--namespace', PROVIDER];
  await run(...command, ...flags, '--wait', '--timeout=4m');
  await kubectl('wait', 'clusterproviderclass/azure', '--for=condition=Ready', '--timeout=180s');
}

/** Applies the store, as if for the first time, and waits for what is said of it. @returns the message */
async function storeIs(status: 'True' | 'False'): Promise<string> {
  const clientId = { name: 'login', key: 'id' };
  const authSecretRef = { clientId, clientSecret: { name: 'login', key: 'secret' } };
  const azurekv = { vaultUrl: `https://${VAULT.vault}.vault.azure.net`, tenantId: VAULT.tenantId, authSecretRef };
  await kubectl('-n', TENANT, 'delete', 'secretstore', 'azure', '--ignore-not-found');
  await applyAll(cluster, [
    {
      apiVersion: 'external-secrets.io/v1',
      kind: 'SecretStore',
      metadata: { name: 'azure', namespace: TENANT },
      spec: { provider: { azurekv } },
    },
  ]);
  const wait = ['wait', 'secretstore/azure', `--for=condition=Ready=${status}`, '--timeout=180s'];
  const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].message}';
  return await kubectl('-n', TENANT, ...wait, '-o', path);
}

test('a vault to which no policy opens a way is said to be out of reach in the store', async () => {
  const authority = await startAzureOutside(cluster, VAULT);
  await kubectl('-n', PROVIDER, 'create', 'configmap', 'trust', `--from-literal=ca-certificates.crt=${authority}`);
  await run('install', CORE, chartFolder(CORE), '--namespace', CORE);
  const egress = [{ to: [{ ipBlock: { cidr: '203.0.113.0/24' } }], ports: [{ port: 443 }] }];
  await deploy({ ...valuesOfTrust(), networkPolicy: { egress } });
  const message = await storeIs('False');
  expect(message).toContain('[TIMEOUT]');
  expect(message).toContain('network policies lead from the one to the other');
  expect(message).not.toContain('marker');
});

test('by the policy that the chart brings the vault is reached, and an ExternalSecret becomes a Secret', async () => {
  await deploy(valuesOfTrust());
  expect(await storeIs('True')).toBe('store validated');
  await applyAll(cluster, [externalSecret(TENANT, 'database', 'azure')]);
  expect(await passwordOf(cluster, TENANT, 'database')).toBe(VAULT.value);
});

test('without the authority its certificate is refused, and the Secret stays', async () => {
  await deploy({});
  expect(await storeIs('False')).toMatch(/certificate/);
  const encoded = await kubectl('-n', TENANT, 'get', 'secret', 'database', '-o', 'jsonpath={.data.password}');
  expect(Buffer.from(encoded, 'base64').toString()).toBe(VAULT.value);
});
