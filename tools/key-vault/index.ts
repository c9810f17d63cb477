/**
 * A test server for Azure Key Vault and Entra ID, for tests of whoever speaks with them: real tokens that are really checked,
 * challenges, versions, failures in Azure's words. Imports nothing of this project but its issuer of certificates.
 */
export { type Cloud, type CloudChoice, CLOUDS } from './clouds.ts';
export type {
  App,
  AppOptions,
  ClientSecret,
  Directory,
  FederatedCredential,
  IssuerKeys,
  ManagedIdentity,
  TenantOptions,
} from './entra/directory.ts';
export type { Grant } from './entra/tokens.ts';
export type { Answer, Call } from './http/exchange.ts';
export type { Intercept, KeyVaultOptions } from './options.ts';
export type { Registry, RegistryOptions } from './registry/registry.ts';
export type { Rules } from './rules.ts';
export { type KeyVaultServer, type ServedCall, startKeyVault } from './start.ts';
export type { Permissions, Vault, VaultOptions } from './vault/vault.ts';
