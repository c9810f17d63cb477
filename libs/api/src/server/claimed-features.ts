import type { Feature } from '../contract/features.ts';
import { ProviderError } from '../contract/provider-error.ts';
import type { Backend } from './backend.ts';

/** The method that answers for a feature. `metadata` is a way of asking `getSecret`, and `generate` is no matter of a backend. */
const METHODS: Partial<Record<Feature, string>> = {
  get: 'getSecret',
  map: 'getSecretMap',
  findByName: 'getAllSecrets',
  findByTags: 'getAllSecrets',
  findByPath: 'getAllSecrets',
  metadata: 'getSecret',
  push: 'pushSecret',
  delete: 'deleteSecret',
  exists: 'secretExists',
  batch: 'batchGet',
  watch: 'watch',
};

/**
 * Refuses a backend that lacks a method which its kind claims: core sends what is claimed, and a user would learn of the lack
 * store by store, at the first use. This one shows at the first Validate.
 * @throws ProviderError INTERNAL, naming feature and method for the author
 */
export function checkClaims(kind: string, features: readonly Feature[], backend: Backend): void {
  for (const feature of features) {
    const method = METHODS[feature];
    if (method === undefined || typeof Reflect.get(backend, method) === 'function') continue;
    throw new ProviderError(
      'INTERNAL',
      `kind ${kind} claims the feature ${feature}, but its backend has no ${method}`,
      {
        nextStep: 'report it to the author of the provider: one of both has to go',
      },
    );
  }
}
