import { fake, fakeStore } from './fake.ts';

/** What the CRDs of this provider's chart are generated from. */
export const configKinds = [fake];

/** What the schemas beside this file, of configs in stores, are generated from. */
export const inlineConfigs = [fakeStore];
