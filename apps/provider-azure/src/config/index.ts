import { acrAccessTokenKind } from './acr-access-token.ts';
import { azurekvStore } from './azurekv.ts';
import { keyVaultKind } from './key-vault.ts';

/** What the CRDs of this provider's chart are generated from. */
export const configKinds = [keyVaultKind, acrAccessTokenKind];

/** What the schemas beside this file, of configs in stores, are generated from. */
export const inlineConfigs = [azurekvStore];
