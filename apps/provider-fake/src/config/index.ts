import { fake } from './fake.ts';

/** What the CRDs of this provider's chart are generated from. */
export const configKinds = [fake];
