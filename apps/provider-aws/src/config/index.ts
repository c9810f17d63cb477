import { awsStore } from './aws.ts';
import { secretsManagerKind } from './secrets-manager.ts';

/** What the CRDs of this provider's chart are generated from. */
export const configKinds = [secretsManagerKind];

/** What the schemas beside this file, of configs in stores, are generated from. */
export const inlineConfigs = [awsStore];
