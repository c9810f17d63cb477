import type { ConsumerNamespace, StoreKind } from '@eso/api/resources';
import type { ProviderEndpoint } from '@eso/client';
import type { Problem } from '@eso/sync';
import type { ServiceAddress } from './address.ts';

export type { ConsumerNamespace } from '@eso/api/resources';

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

/** A check that said no. */
export interface StoreRefusal {
  readonly kind: 'refused';
  /** With a code of docs/reference/errors.md and the field of the store, or class, that was looked at. */
  readonly problem: Problem;
  /** The Service that was looked for, where there was one to look for. */
  readonly service?: ServiceAddress;
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
  readonly storeRefKind: StoreKind;
  /** Namespace in which the provider looks up credentials; absent where it depends on a requester not known yet. */
  readonly authNamespace?: string;
  readonly requesterNamespace?: string;
  readonly storeName: string;
  readonly storeUid: string;
  readonly storeGeneration: bigint;
}

/** What goes into each request on behalf of one consumer namespace. */
export interface RequestReference {
  readonly kind: 'reference';
  readonly providerRef: StoreProviderReference;
  /** The wire's `source_namespace`. */
  readonly sourceNamespace: string;
}

/** The same, or why that namespace gets nothing. */
export type ReferenceResolution = RequestReference | StoreRefusal;

/** What core itself asks about a store, on nobody's behalf. */
export type ValidationQuestion =
  | (RequestReference & {
      /** Whether there is a config to ask about; with `false` each consumer of the store has its own. */
      readonly hasConfig: boolean;
    })
  | StoreRefusal;

/**
 * A store as the rest of core sees it, whatever resource it was written as. A view is a snapshot: take a new one with
 * `Stores.find` for each pass, do not keep it.
 */
export interface StoreView {
  readonly kind: StoreKind;
  readonly name: string;
  /** Absent on cluster-scoped stores. */
  readonly namespace?: string;
  readonly uid: string;
  readonly generation: number;
  /** `spec.controller`; absent = served by every installation. */
  readonly controllerClass?: string;
  /** Its own condition; not ready where the class of its provider cannot be used. */
  readonly ready: StoreReadiness;
  /** What its process said that it can be used for; absent where it tells no details, so that nothing can be ruled out. */
  readonly features?: readonly string[];
  /** Where its process is dialled, looked up at each call in the Services and EndpointSlices known now. */
  resolveEndpoint(): EndpointResolution;
  /** The address that {@link resolveEndpoint} looks up; absent where there is none at the moment. */
  address(): string | undefined;
  /** What to send on behalf of an object in `consumerNamespace`. Does not look at conditions: see {@link allows}. */
  reference(consumerNamespace: string): ReferenceResolution;
  /** What to send when core itself asks, on nobody's behalf, to validate the store. */
  validationReference(): ValidationQuestion;
  /** Whether objects of that namespace may use the store: its own one, or what a cluster-scoped store's conditions admit. */
  allows(namespace: ConsumerNamespace): boolean;
}

/** A change of a store that concerns those who use it; see `Stores.onTransition`. A new message alone is none. */
export interface StoreTransition {
  readonly store: StoreView;
  readonly from: StoreReadiness;
  readonly to: StoreReadiness;
}
