/** A cloud of somebody's own, as an Azure Stack: its authority is one that Entra does not know. */
import { ClientSecretCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import type { Cloud } from '@eso/key-vault-server';
import { APP, AzureLab, PASSWORD, TENANT } from './testing/azure-lab.ts';

const STACK: Cloud = {
  authority: 'login.stack.example',
  issuer: 'https://sts.stack.example/',
  vaultSuffix: 'vault.stack.example',
  registrySuffix: 'registry.stack.example',
  management: ['https://management.stack.example'],
};
const AUTHORITY = 'https://login.stack.example';
const VAULT = 'https://team-s.vault.stack.example';
let lab: AzureLab;

beforeAll(async () => {
  delete process.env['AZURE_KEYVAULT_URL'];
  lab = await AzureLab.start({ clouds: [STACK] });
});
afterAll(() => lab.stop());

test('a login at an authority of its own asks nobody else about it', async () => {
  lab.azure.addVault({ name: 'team-s', cloud: STACK, tenantId: TENANT, access: { [APP]: 'all' } });
  const options = { authorityHost: AUTHORITY, disableInstanceDiscovery: true };
  const writer = new SecretClient(VAULT, new ClientSecretCredential(TENANT, APP, PASSWORD, options));
  await writer.setSecret('k', 'of the stack');
  lab.store('SecretStore', 'stack', {
    vaultUrl: VAULT,
    environmentType: 'AzureStackCloud',
    customCloudConfig: {
      activeDirectoryEndpoint: AUTHORITY,
      keyVaultEndpoint: 'https://vault.stack.example',
    },
  });
  lab.azure.calls.length = 0;
  expect(await lab.get('stack', 'k')).toBe('of the stack');
  const asked = new Set(lab.azure.calls.map(({ host }) => host));
  expect(asked).toEqual(new Set(['login.stack.example', 'team-s.vault.stack.example']));
});
