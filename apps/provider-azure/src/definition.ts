import {
  defineInlineKind,
  defineKind,
  httpRetryOf,
  type KindBehaviour,
  type ProviderDefinition,
} from '@eso/api/server';
import { azureAccess } from './azure/access.ts';
import { checkVaultConfig } from './azure/check-config.ts';
import { cloudOf } from './azure/clouds.ts';
import { azurekvSchema } from './config/gen/azurekv.ts';
import type { KeyVaultConfig } from './config/key-vault.ts';
import { acrAccessToken } from './generators/acr-access-token.ts';
import { KeyVaultBackend } from './key-vault/backend.ts';
import { VaultClient } from './key-vault/vault-client.ts';

const keyVault: KindBehaviour<KeyVaultConfig> = {
  features: ['get', 'map', 'findByName', 'findByTags', 'metadata', 'push', 'delete', 'exists'],
  metricName: 'Azure/KeyVault',
  checkConfig: checkVaultConfig,
  open: (context) => {
    const { config, at, clock, httpClient, retrySettings } = context;
    const cloud = cloudOf(config);
    const access = azureAccess({ ...context, cloud, resource: cloud.vaults });
    const vault = new VaultClient({
      vaultUrl: config.vaultUrl,
      resource: cloud.vaults,
      access,
      http: httpClient({ field: at('vaultUrl'), retry: httpRetryOf(retrySettings) }),
      at,
    });
    return new KeyVaultBackend({ vault, access, clock });
  },
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
