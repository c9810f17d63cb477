import type { KeyVaultConfig } from '../config/key-vault.ts';

/** What a config says about Azure, wherever it stands. */
export type AzureConfig = KeyVaultConfig;

/** Path of a field as the user wrote it: `spec.vaultUrl` or `spec.provider.azurekv.vaultUrl`. */
export type FieldPath = (path: string) => string;
