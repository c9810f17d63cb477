import { defineInlineKind, defineKind, type KindBehaviour, type ProviderDefinition } from '@eso/api/server';
import { checkVaultConfig } from './azure/check-config.ts';
import { azurekvSchema } from './config/gen/azurekv.ts';
import type { KeyVaultConfig } from './config/key-vault.ts';
import { acrAccessToken } from './generators/acr-access-token.ts';

const keyVault: KindBehaviour<KeyVaultConfig> = {
  features: ['get', 'map', 'findByName', 'findByTags', 'metadata', 'push', 'delete', 'exists'],
  metricName: 'Azure/KeyVault',
  checkConfig: checkVaultConfig,
  // The first store loads the SDK: a process without one does without.
  open: async (context) => (await import('./key-vault/open.ts')).openKeyVault(context),
};

/** The provider for Azure. */
export function azureProvider(): ProviderDefinition {
  return {
    name: 'azure',
    generators: [acrAccessToken()],
    kinds: [
      defineKind<KeyVaultConfig>({
        ...keyVault,
        apiVersion: 'provider.external-secrets.io/v2alpha1',
        kind: 'KeyVault',
        plural: 'keyvaults',
      }),
      defineInlineKind<KeyVaultConfig>({ ...keyVault, key: 'azurekv', schema: azurekvSchema }),
    ],
  };
}
