import { cloudOf } from './clouds.ts';

test('each cloud has its own authority, and resources of its own [V5.1.3]', () => {
  const kinds = ['PublicCloud', 'USGovernmentCloud', 'ChinaCloud', 'GermanCloud'] as const;
  const clouds = kinds.map((environmentType) => cloudOf({ environmentType }));
  expect(clouds.map(({ authority, vaults, management }) => [authority, vaults, management])).toEqual([
    ['https://login.microsoftonline.com', 'https://vault.azure.net', 'https://management.azure.com'],
    ['https://login.microsoftonline.us', 'https://vault.usgovcloudapi.net', 'https://management.usgovcloudapi.net'],
    ['https://login.chinacloudapi.cn', 'https://vault.azure.cn', 'https://management.chinacloudapi.cn'],
    ['https://login.microsoftonline.de', 'https://vault.microsoftazure.de', 'https://management.microsoftazure.de'],
  ]);
  expect(clouds.every(({ isKnown }) => isKnown)).toBe(true);
});

test('a cloud that is described has the addresses of the description, and nobody is asked whether they are known [V5.1.5]', () => {
  const custom = {
    activeDirectoryEndpoint: 'https://login.stack.example/',
    keyVaultEndpoint: 'https://vault.stack.example/',
    resourceManagerEndpoint: 'https://management.stack.example',
  };
  expect(cloudOf({ environmentType: 'AzureStackCloud', customCloudConfig: custom })).toEqual({
    authority: 'https://login.stack.example',
    vaults: 'https://vault.stack.example',
    management: 'https://management.stack.example',
    isKnown: false,
  });
  const bySuffix = {
    activeDirectoryEndpoint: 'https://login.stack.example',
    keyVaultDNSSuffix: '.vault.stack.example',
  };
  expect(cloudOf({ environmentType: 'AzureStackCloud', customCloudConfig: bySuffix }).vaults).toBe(
    'https://vault.stack.example',
  );
  const authorityAlone = { activeDirectoryEndpoint: 'https://login.example' };
  expect(cloudOf({ environmentType: 'USGovernmentCloud', customCloudConfig: authorityAlone }).vaults).toBe(
    'https://vault.usgovcloudapi.net',
  );
});
