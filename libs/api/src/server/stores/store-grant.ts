import { ProviderError } from '../../contract/provider-error.ts';
import { grantNamespaces, type NamespaceClaim, type NamespaceGrant, type NamespacePolicy } from './namespace-rule.ts';
import type { StoreKind } from '../../resources/external-secret.ts';
import { storeName, type StoreRecord } from './store-record.ts';

/** What a request says about a store that it names. */
export interface StoreClaim extends NamespaceClaim {
  readonly storeRefKind: StoreKind;
  /** Version of the store that core knows; 0 where it does not say it. */
  readonly generation: number;
  /** The config object; absent where the request says that the config stands in the store. */
  readonly config?: { readonly apiVersion: string; readonly kind: string; readonly name: string };
}

/** What a request may do with its store, and who has to be admitted by the store's conditions for it. */
export interface StoreGrant {
  /** Absent when a cluster-scoped store leaves the namespace to a requester who is not known yet. */
  readonly grant: NamespaceGrant | undefined;
  /** Absent when nobody asks yet. */
  readonly requester: string | undefined;
}

/** What the store itself says about namespaces. */
interface Stated {
  readonly requester: string | undefined;
  /** The wire's `source_namespace`. */
  readonly source: string;
  /** Namespace of the config object; empty = nobody's yet. */
  readonly config: string;
  /** Where credentials are looked up; empty = nobody's yet. */
  readonly credentials: string;
}

/**
 * Judges a request by the store that it names, whoever sent it: config object, scope and namespaces have to be those that the
 * store states. What core says counts for nothing here but the namespace that asks, which no store can state.
 * @throws ProviderError STORE_MISMATCH; CONFLICT where core knows an earlier version of the store; NAMESPACE_NOT_ALLOWED,
 * INVALID_REQUEST; CONFIG_INVALID where the store itself is not as it has to be.
 */
export function grantByStore(claim: StoreClaim, store: StoreRecord, policy: NamespacePolicy): StoreGrant {
  checkConfig(claim, store);
  const stated = store.namespace === undefined ? statedByCluster(claim, store) : statedByOwn(store, store.namespace);
  const { requester, source, config, credentials } = stated;
  agree(claim, store, 'source_namespace', claim.sourceNamespace, source);
  // Empty means the source namespace, by the contract.
  agree(claim, store, 'provider_ref.namespace', claim.refNamespace || claim.sourceNamespace, config);
  if (claim.authNamespace) agree(claim, store, 'provider_ref.auth_namespace', claim.authNamespace, credentials);
  if (claim.requesterNamespace && requester !== undefined)
    agree(claim, store, 'provider_ref.requester_namespace', claim.requesterNamespace, requester);
  if (config === '' || credentials === '') return { grant: undefined, requester };
  if (!claim.config) return { grant: inlineGrant(store, credentials), requester };
  const { storeRefKind, configScope } = claim;
  return {
    grant: grantNamespaces(
      {
        storeRefKind,
        ...(configScope ? { configScope } : {}),
        refNamespace: config,
        sourceNamespace: source,
        authNamespace: credentials,
        requesterNamespace: requester,
      },
      policy,
    ),
    requester,
  };
}

/** A config in a cluster-scoped store is an administrator's; one in a namespaced store uses what is in its namespace. */
function inlineGrant(store: StoreRecord, credentials: string): NamespaceGrant {
  const kind = store.namespace === undefined ? 'anyNamespace' : 'ownNamespace';
  return {
    storeKind: store.kind,
    configNamespace: store.namespace ?? '',
    credentials: { kind, namespace: credentials, holder: 'store' },
  };
}

/** What a config in a cluster-scoped store may use while nobody asks: what it names itself. */
export const UNASKED_GRANT: NamespaceGrant = {
  storeKind: 'ClusterSecretStore',
  configNamespace: '',
  credentials: { kind: 'namedNamespace', namespace: '', holder: 'store' },
};

function statedByOwn(store: StoreRecord, namespace: string): Stated {
  const named = store.providerRef?.namespace;
  if (named !== undefined && named !== namespace)
    throw new ProviderError(
      'NAMESPACE_NOT_ALLOWED',
      `${storeName(store)} may not use a config object of namespace ${named}`,
      {
        field: 'spec.providerRef.namespace',
        nextStep: 'use a config object of the own namespace, or ask an administrator for a cluster-scoped store',
      },
    );
  return { requester: namespace, source: namespace, config: namespace, credentials: namespace };
}

function statedByCluster(claim: StoreClaim, store: StoreRecord): Stated {
  const named = store.providerRef?.namespace;
  if (store.kind === 'ClusterProvider' && store.authenticationScope === 'ProviderNamespace') {
    if (named === undefined)
      throw new ProviderError('CONFIG_INVALID', `${storeName(store)} names no namespace for its config object`, {
        field: 'spec.providerRef.namespace',
        nextStep: 'name the namespace, or use authenticationScope ManifestNamespace',
      });
    return { requester: claim.requesterNamespace || undefined, source: named, config: named, credentials: named };
  }
  const requester = claim.sourceNamespace;
  // In a ClusterSecretStore config and credentials come from one namespace; an inline one has no namespace of its own.
  const withConfig = store.kind === 'ClusterSecretStore' && named !== undefined;
  return {
    requester: requester || undefined,
    source: requester,
    config: named ?? requester,
    credentials: withConfig ? named : requester,
  };
}

function checkConfig(claim: StoreClaim, store: StoreRecord): void {
  const { config } = claim;
  const { providerRef } = store;
  if (providerRef && store.inline)
    throw new ProviderError('CONFIG_INVALID', `${storeName(store)} has a config of its own and refers to another one`, {
      field: 'spec.provider',
      nextStep: 'remove spec.provider or spec.providerRef',
    });
  const same = config
    ? providerRef !== undefined &&
      config.apiVersion === providerRef.apiVersion &&
      config.kind === providerRef.kind &&
      config.name === providerRef.name
    : providerRef === undefined;
  if (!same) throw mismatch(claim, store, 'provider_ref', 'its config is another one');
}

function agree(claim: StoreClaim, store: StoreRecord, field: string, claimed: string, stated: string): void {
  if (claimed !== stated)
    throw mismatch(claim, store, field, `it says "${stated}" where the request says "${claimed}"`);
}

/** A core that knows an earlier version of the store asked for what was right then, and will learn of the later one. */
function mismatch(claim: StoreClaim, store: StoreRecord, field: string, how: string): ProviderError {
  const what = storeName(store);
  if (claim.generation > 0 && claim.generation < store.generation)
    return new ProviderError('CONFLICT', `${what} has changed: ${how}`, { field });
  return new ProviderError('STORE_MISMATCH', `the request is not what ${what} says: ${how}`, { field });
}
