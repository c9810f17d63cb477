import { ProviderError } from '../../contract/provider-error.ts';
import type { StoreReference } from '../store-reference.ts';

/** The namespace fields of a request, as they came; empty = not given. */
export interface NamespaceClaim {
  readonly storeRefKind: string;
  /** `provider_ref.namespace` */
  readonly refNamespace: string;
  readonly sourceNamespace: string;
  readonly authNamespace?: string | undefined;
  readonly requesterNamespace?: string | undefined;
  /** `Cluster`: config objects of the kind belong to no namespace, so they are an administrator's. Default `Namespaced`. */
  readonly configScope?: 'Namespaced' | 'Cluster';
}

/** What an administrator allowed at this provider. */
export interface NamespacePolicy {
  /** Namespaces whose config objects may use credentials of other namespaces. Default: the provider's own. */
  readonly adminNamespaces: ReadonlySet<string>;
  /** Whether a core may ask without naming a store, so that its word is taken for what the store says. Default false. */
  readonly allowUnnamedStores: boolean;
}

/**
 * From where credentials may come.
 * - `ownNamespace`: from `namespace`; a reference to another one is refused.
 * - `anyNamespace`: from the one a reference names, else from `namespace`.
 * - `namedNamespace`: from the one a reference names; what names none depends on who asks, and nobody does.
 * - `none`: from nowhere, because the requester's credentials would be used as another tenant's config object says.
 */
export interface CredentialScope {
  readonly kind: 'ownNamespace' | 'anyNamespace' | 'namedNamespace' | 'none';
  /** Empty for `namedNamespace`. */
  readonly namespace: string;
  /** Where the config stands, for the words of a refusal. Default: in an object of its own. */
  readonly holder?: 'store';
  /** The config is an administrator's though nothing of other namespaces may be read: it may log in as one of theirs. */
  readonly administrators?: true;
}

/** Where a request may look. */
export interface NamespaceGrant {
  readonly storeKind: StoreReference['kind'];
  readonly configNamespace: string;
  readonly credentials: CredentialScope;
}

/**
 * The namespace rules, decided at the provider whatever core decided before: a stolen client key or a faulty core must not
 * turn the provider into a way around namespaces (confused deputy).
 * @returns undefined for a cluster-scoped store that leaves the namespace to a requester who is not known yet.
 * @throws ProviderError NAMESPACE_NOT_ALLOWED, INVALID_REQUEST.
 */
export function grantNamespaces(claim: NamespaceClaim, policy: NamespacePolicy): NamespaceGrant | undefined {
  const namespaced = claim.storeRefKind !== 'ClusterProvider' && claim.storeRefKind !== 'ClusterSecretStore';
  if (claim.configScope === 'Cluster' && namespaced)
    throw refused(
      'providerRef',
      'a namespaced store may not use a cluster-scoped config object',
      'ask an administrator for a ClusterProvider that uses it',
    );
  switch (claim.storeRefKind) {
    case 'Provider':
    case 'SecretStore':
      return namespacedGrant(claim, claim.storeRefKind);
    case 'ClusterProvider':
    case 'ClusterSecretStore':
      return clusterGrant(claim, claim.storeRefKind, policy);
    case '':
      return unnamedGrant(claim, policy);
    default:
      throw invalid('provider_ref.store_ref_kind', 'names no kind of store that this provider knows');
  }
}

function namespacedGrant(claim: NamespaceClaim, storeKind: StoreReference['kind']): NamespaceGrant {
  const { sourceNamespace, refNamespace, authNamespace } = claim;
  if (!sourceNamespace) throw invalid('source_namespace', 'is required');
  if (refNamespace && refNamespace !== sourceNamespace)
    throw refused(
      'providerRef.namespace',
      `a namespaced store of ${sourceNamespace} may not use a config object of ${refNamespace}`,
      'use a config object of the own namespace, or ask an administrator for a ClusterProvider',
    );
  if (authNamespace && authNamespace !== sourceNamespace)
    throw refused(
      'provider_ref.auth_namespace',
      `a namespaced store of ${sourceNamespace} may not use credentials of ${authNamespace}`,
      'use credentials of the own namespace',
    );
  return {
    storeKind,
    configNamespace: sourceNamespace,
    credentials: { kind: 'ownNamespace', namespace: sourceNamespace },
  };
}

function clusterGrant(
  claim: NamespaceClaim,
  storeKind: 'ClusterProvider' | 'ClusterSecretStore',
  policy: NamespacePolicy,
): NamespaceGrant | undefined {
  const configNamespace = claim.refNamespace || claim.sourceNamespace;
  const implied = storeKind === 'ClusterSecretStore' ? configNamespace : claim.sourceNamespace;
  const namespace = claim.authNamespace || implied;
  if (!configNamespace || !namespace) return undefined;
  const requester = claim.requesterNamespace || claim.sourceNamespace;
  return {
    storeKind,
    configNamespace,
    credentials:
      claim.configScope === 'Cluster'
        ? { kind: 'anyNamespace', namespace }
        : clusterScope(configNamespace, namespace, requester, policy),
  };
}

/** A config object of a tenant never gains the rights of a cluster-scoped store, whoever refers to it. */
function clusterScope(config: string, namespace: string, requester: string, policy: NamespacePolicy): CredentialScope {
  if (!policy.adminNamespaces.has(config)) return { kind: namespace === config ? 'ownNamespace' : 'none', namespace };
  return config === requester
    ? { kind: 'ownNamespace', namespace, administrators: true }
    : { kind: 'anyNamespace', namespace };
}

function unnamedGrant(claim: NamespaceClaim, policy: NamespacePolicy): NamespaceGrant {
  const { sourceNamespace, refNamespace } = claim;
  if (!policy.allowUnnamedStores || !refNamespace || refNamespace === sourceNamespace)
    return namespacedGrant(claim, '');
  if (!sourceNamespace) throw invalid('source_namespace', 'is required');
  const kind = policy.adminNamespaces.has(refNamespace) ? 'ownNamespace' : 'none';
  return { storeKind: '', configNamespace: refNamespace, credentials: { kind, namespace: sourceNamespace } };
}

function invalid(field: string, problem: string): ProviderError {
  return new ProviderError('INVALID_REQUEST', `${field} ${problem}`, { field });
}

function refused(field: string, problem: string, nextStep: string): ProviderError {
  return new ProviderError('NAMESPACE_NOT_ALLOWED', problem, { field, nextStep });
}
