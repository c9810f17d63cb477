import { secretsManagerKind } from './secrets-manager.ts';

/** What the CRDs of this provider's chart are generated from. */
export const configKinds = [secretsManagerKind];
