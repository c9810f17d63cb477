import type { ConsumerNamespace, ProviderReason } from '@eso/api/resources';
import type { ProviderEndpoint } from '@eso/client';

export type { ConsumerNamespace } from '@eso/api/resources';

/** The kinds of store that core serves. Further front ends (SecretStore, ClusterSecretStore) map to the same view. */
export type ServedStoreKind = 'Provider' | 'ClusterProvider';

/** What an ExternalSecret writes into `secretStoreRef`. */
export interface StoreSelector {
  /** Absent means SecretStore, as in External Secrets 2.x. */
  readonly kind?: string;
  readonly name: string;
}

/** The store's Ready condition; `Absent` while it has none (never validated, or the store is gone). */
export interface StoreReadiness {
  readonly status: 'True' | 'False' | 'Unknown' | 'Absent';
  readonly reason?: string;
  readonly message?: string;
}

/** A check that said no: which reason the store's Ready condition carries, and what the user has to change. */
export interface StoreRefusal {
  readonly kind: 'refused';
  readonly reason: ProviderReason;
  /** `<field>: <what is wrong>. <what to do>.` */
  readonly message: string;
}

/** Where the provider process is dialled, or why it is not. */
export type EndpointResolution = { readonly kind: 'endpoint'; readonly endpoint: ProviderEndpoint } | StoreRefusal;

/**
 * The fields of the wire's `provider.v1.ProviderReference` that core fills from a store; what names the requester
 * (`requesterKind`, `requesterName`, `requesterUid`) and the trace is added by who makes the call.
 */
export interface StoreProviderReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly storeRefKind: ServedStoreKind;
  /** Namespace in which the provider looks up credentials; absent where it depends on a requester not known yet. */
  readonly authNamespace?: string;
  readonly requesterNamespace?: string;
  readonly storeName: string;
  readonly storeUid: string;
  readonly storeGeneration: bigint;
}

/** What goes into each request on behalf of one consumer namespace, or why that namespace gets nothing. */
export type ReferenceResolution =
  | {
      readonly kind: 'reference';
      readonly providerRef: StoreProviderReference;
      /** The wire's `source_namespace`. */
      readonly sourceNamespace: string;
    }
  | StoreRefusal;

/**
 * A store as the rest of core sees it, whatever resource it was written as. A view is a snapshot: take a new one with
 * `Stores.find` for each pass, do not keep it.
 */
export interface StoreView {
  readonly kind: ServedStoreKind;
  readonly name: string;
  /** Absent on cluster-scoped stores. */
  readonly namespace?: string;
  readonly uid: string;
  readonly generation: number;
  /** `spec.controller`; absent = served by every installation. */
  readonly controllerClass?: string;
  readonly ready: StoreReadiness;
  /** What its process said that it can be used for; absent where it tells no details, so that nothing can be ruled out. */
  readonly features?: readonly string[];
  /** Where its process is dialled, looked up at each call in the Services and EndpointSlices known now. */
  resolveEndpoint(): EndpointResolution;
  /** What to send on behalf of an object in `consumerNamespace`. Does not look at conditions: see {@link allows}. */
  reference(consumerNamespace: string): ReferenceResolution;
  /** What to send when core itself asks, on nobody's behalf, to validate the store. */
  validationReference(): ReferenceResolution;
  /** Whether objects of that namespace may use the store: its own one, or what a ClusterProvider's conditions admit. */
  allows(namespace: ConsumerNamespace): boolean;
}

/** A change of a store that concerns those who use it; see `Stores.onTransition`. A new message alone is none. */
export interface StoreTransition {
  readonly store: StoreView;
  readonly from: StoreReadiness;
  readonly to: StoreReadiness;
}
