import { awsStore } from './aws.ts';
import { ecrAuthorizationTokenKind, stsSessionTokenKind } from './generators.ts';
import { parameterStoreKind } from './parameter-store.ts';
import { secretsManagerKind } from './secrets-manager.ts';

/** What the CRDs of this provider's chart are generated from. */
export const configKinds = [secretsManagerKind, parameterStoreKind, ecrAuthorizationTokenKind, stsSessionTokenKind];

/** What the schemas beside this file, of configs in stores, are generated from. */
export const inlineConfigs = [awsStore];
