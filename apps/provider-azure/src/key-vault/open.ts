import { httpRetryOf, type OpenContext } from '@eso/api/server';
import { azureAccess } from '../azure/access.ts';
import { cloudOf } from '../azure/clouds.ts';
import type { KeyVaultConfig } from '../config/key-vault.ts';
import { KeyVaultBackend } from './backend.ts';
import { VaultClient } from './vault-client.ts';

/** The backend of one config. */
export function openKeyVault(context: OpenContext<KeyVaultConfig>): KeyVaultBackend {
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
}
