/** The identity of the provider's own pod: whom it is lent to, and whom it is proven to. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { APP, AzureLab, type ConfigChanges, refusedCall, TENANT } from './testing/azure-lab.ts';

let lab: AzureLab;
let directory: string;

beforeAll(async () => {
  delete process.env['AZURE_KEYVAULT_URL'];
  directory = mkdtempSync(join(tmpdir(), 'pod-'));
  lab = await AzureLab.start({ ambientCredentials: { clusterStores: true } });
  await lab.secrets.setSecret('k', 'value');
});
afterAll(async () => {
  await lab.stop();
  rmSync(directory, { recursive: true });
});

const ofPod: ConfigChanges = { authType: 'WorkloadIdentity', authSecretRef: undefined, tenantId: undefined };

test('is lent to a cluster-scoped store where an administrator said so, and to no other [V5.2.4]', async () => {
  lab.store('ClusterSecretStore', 'lent', { authType: 'ManagedIdentity' });
  lab.store('SecretStore', 'own', { authType: 'ManagedIdentity' });
  expect(await lab.get('lent', 'k')).toBe('value');
  expect(await refusedCall(lab.get('own', 'k'))).toMatchObject({ code: 'CONFIG_INVALID' });
  // Nobody has asked the machine for the store that may not.
  lab.azure.calls.length = 0;
  await refusedCall(lab.get('own', 'k'));
  expect(lab.azure.calls).toEqual([]);
});

test('an identity that the machine does not have is named', async () => {
  lab.store('ClusterSecretStore', 'unknown', { authType: 'ManagedIdentity', identityId: APP });
  const { code, error } = await refusedCall(lab.get('unknown', 'k'));
  expect({ code, field: error.field }).toEqual({
    code: 'CREDENTIALS_REJECTED',
    field: 'spec.provider.azurekv.identityId',
  });
});

test('workload identity of the pod lacks its variables [V5.2.5]', async () => {
  lab.store('ClusterSecretStore', 'pod', ofPod);
  const { code, error } = await refusedCall(lab.get('pod', 'k'));
  expect(code).toBe('CONFIG_INVALID');
  expect(error.publicMessage).toContain('AZURE_CLIENT_ID');
});

describe('with the variables of workload identity', () => {
  const before = { ...process.env };
  beforeAll(() => {
    const file = join(directory, 'token');
    writeFileSync(file, lab.tokens.issue('system:serviceaccount:team-a:robot', ['api://AzureADTokenExchange']));
    Object.assign(process.env, { AZURE_CLIENT_ID: APP, AZURE_TENANT_ID: TENANT, AZURE_FEDERATED_TOKEN_FILE: file });
  });
  afterAll(() => {
    process.env = before;
  });

  test('the token of the pod logs in [V5.2.5]', async () => {
    lab.store('ClusterSecretStore', 'pod-logs-in', ofPod);
    expect(await lab.get('pod-logs-in', 'k')).toBe('value');
  });

  test.each<[string, ConfigChanges]>([
    ['of the machine', { authType: 'ManagedIdentity' }],
    ['of the pod', ofPod],
  ])('the identity %s is not proven to an authority that a store chose [V5.2.10]', async (_whose, login) => {
    lab.store('ClusterSecretStore', 'elsewhere', {
      ...login,
      customCloudConfig: {
        activeDirectoryEndpoint: 'https://login.microsoftonline.us',
        keyVaultEndpoint: 'https://vault.azure.net',
      },
    });
    lab.azure.calls.length = 0;
    const { code, error } = await refusedCall(lab.get('elsewhere', 'k'));
    expect({ code, field: error.field }).toEqual({
      code: 'CONFIG_INVALID',
      field: 'spec.provider.azurekv.customCloudConfig',
    });
    expect(error.nextStep).toContain('remove spec.provider.azurekv.customCloudConfig');
    expect(lab.azure.calls).toEqual([]);
  });
});

test('no credential has reached a log', () => {
  const log = lab.log.join('');
  expect(log).toContain('CREDENTIALS_REJECTED');
  expect(log).not.toContain('eyJ');
});
