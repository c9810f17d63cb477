import type { AzureConfig } from './azure-config.ts';
import { checkVaultConfig } from './check-config.ts';

const at = (path: string): string => `spec.${path}`;
const bare: AzureConfig = {
  authType: 'ServicePrincipal',
  environmentType: 'PublicCloud',
  useAzureSDK: false,
  vaultUrl: 'https://v.vault.azure.net',
};
const good = {
  ...bare,
  tenantId: 't',
  authSecretRef: { clientId: { name: 's', key: 'k' }, clientSecret: { name: 's', key: 'k' } },
};

/** Fields at fault. */
const fields = (config: AzureConfig): string[] => checkVaultConfig(config, at).problems.map(({ field }) => field);

test('a config that has all it needs is right, without a warning', () => {
  expect(checkVaultConfig(good, at)).toEqual({ problems: [], warnings: [] });
  expect(fields({ ...bare, authType: 'ManagedIdentity' })).toEqual([]);
  expect(fields({ ...bare, authType: 'WorkloadIdentity', serviceAccountRef: { name: 'a' } })).toEqual([]);
});

test('a service principal needs a tenant and one proof [V5.2.2]', () => {
  expect(fields(bare)).toEqual(['spec.tenantId', 'spec.authSecretRef']);
  expect(fields({ ...good, authSecretRef: {} })).toEqual(['spec.authSecretRef.clientId', 'spec.authSecretRef']);
  const both = { ...good.authSecretRef, clientCertificate: { name: 's', key: 'k' } };
  expect(fields({ ...good, authSecretRef: both })).toEqual(['spec.authSecretRef']);
});

test('a cloud that is none of the known ones is described [V5.1.4]', () => {
  expect(fields({ ...good, environmentType: 'AzureStackCloud' })).toEqual(['spec.customCloudConfig']);
  const customCloudConfig = { activeDirectoryEndpoint: 'https://login.stack.example' };
  expect(fields({ ...good, environmentType: 'AzureStackCloud', customCloudConfig })).toEqual([]);
  const plain = { activeDirectoryEndpoint: 'http://login.stack.example' };
  expect(fields({ ...good, customCloudConfig: plain })).toEqual(['spec.customCloudConfig.activeDirectoryEndpoint']);
});

test('the identity of the pod is proven to the clouds of Azure alone [V5.2.10]', () => {
  const customCloudConfig = { activeDirectoryEndpoint: 'https://login.stack.example' };
  const refused = (config: Partial<AzureConfig>) =>
    checkVaultConfig({ ...bare, customCloudConfig, ...config }, at).problems;
  for (const environmentType of ['PublicCloud', 'AzureStackCloud'] as const) {
    expect(refused({ environmentType, authType: 'ManagedIdentity' })).toMatchObject([
      { field: 'spec.customCloudConfig', nextStep: expect.stringContaining('service principal') as string },
    ]);
    expect(refused({ environmentType, authType: 'WorkloadIdentity' })).toMatchObject([
      { field: 'spec.customCloudConfig', nextStep: expect.stringContaining('spec.serviceAccountRef') as string },
    ]);
  }
  expect(refused({ authType: 'WorkloadIdentity', serviceAccountRef: { name: 'a' } })).toEqual([]);
});

test.each([
  'http://v.vault.azure.net',
  'v.vault.azure.net',
  'https://u:p@v.vault.azure.net',
  'https://v/?a=b',
  'https://v?',
  'https://v/#a',
  'https://v/secrets',
  'https://v//',
  '',
])('tokens do not go to %p [V5.1.7]', (vaultUrl) => {
  expect(fields({ ...good, vaultUrl })).toEqual(['spec.vaultUrl']);
});

test('a slash behind the host of a vault is none of a path, and an authority may have one', () => {
  expect(fields({ ...good, vaultUrl: 'https://v.vault.azure.net/' })).toEqual([]);
  const customCloudConfig = { activeDirectoryEndpoint: 'https://adfs.stack.example/adfs' };
  expect(fields({ ...good, environmentType: 'AzureStackCloud', customCloudConfig })).toEqual([]);
});

test('useAzureSDK is told to have no effect [V5.1.6]', () => {
  expect(checkVaultConfig({ ...good, useAzureSDK: true }, at).warnings).toEqual([
    'spec.useAzureSDK has no effect: there is one implementation',
  ]);
});
