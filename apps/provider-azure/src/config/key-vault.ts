import { configKind, type Stored } from '@eso/api/schema';
import { access } from './parts.ts';

/** Access to one Azure Key Vault. */
export const keyVaultKind = configKind({
  kind: 'KeyVault',
  plural: 'keyvaults',
  shortNames: ['kv'],
  description: 'One Azure Key Vault, and how to log in to it.',
  columns: [{ name: 'Vault', type: 'string', jsonPath: '.spec.vaultUrl' }],
  spec: access,
});

/** `spec` of a KeyVault. */
export type KeyVaultConfig = Stored<typeof access>;
