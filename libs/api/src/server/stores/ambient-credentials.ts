import { ProviderError } from '../../contract/provider-error.ts';
import type { CredentialScope } from './namespace-rule.ts';

/** Who may log in as the provider's own pod. */
export interface AmbientPolicy {
  /** Configs of administrators that a cluster-scoped store uses. Default false. */
  readonly clusterStores: boolean;
  /** Every other config: whoever may create one in any namespace gets what the pod may do. Default false. */
  readonly stores: boolean;
}

/** Whether a backend with these credentials may log in as the provider's own pod. */
export function mayUseAmbientCredentials(scope: CredentialScope, policy: AmbientPolicy): boolean {
  switch (scope.kind) {
    case 'anyNamespace':
    case 'namedNamespace':
      return policy.clusterStores;
    case 'ownNamespace':
      return scope.administrators ? policy.clusterStores : policy.stores;
    case 'none':
      return false;
  }
}

/**
 * The failure of a config that says nothing about its login, where the identity of the provider's pod is not for it.
 * @param field the part of the config that lacks a login, as the user wrote it: `context.at('auth')`
 */
export function ambientCredentialsProblem(field: string): ProviderError {
  return new ProviderError(
    'CONFIG_INVALID',
    `${field} names no credentials, and this store may not log in as the pod of the provider`,
    {
      field,
      nextStep:
        'name credentials; or ask an administrator for a cluster-scoped store and --cluster-store-ambient-credentials, ' +
        'or for --store-ambient-credentials, at the provider',
    },
  );
}
