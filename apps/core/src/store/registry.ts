import {
  type ClusterProvider,
  clusterProviders,
  type ClusterSecretStore,
  clusterSecretStores,
  type Provider,
  providers,
  type SecretStore,
  secretStores,
  type StoreKind,
} from '@eso/api/resources';
import type { Informer, ResourceType } from '@eso/kube';
import type { EndpointResolver } from './endpoint-resolver.ts';
import { clusterProviderView, providerView } from './provider-view.ts';
import { clusterSecretStoreView, type SecretStoreLookup, secretStoreView } from './secret-store-view.ts';
import { type ClassTie, classTie } from './store-route.ts';
import { storeSnapshot } from './store-snapshot.ts';
import type { StoreView } from './store-view.ts';

/** A resource that says where values come from. */
export type StoreObject = Provider | ClusterProvider | SecretStore | ClusterSecretStore;

/** How stores of one kind are watched and seen. Nothing outside of the registry asks which kind a store is of. */
export interface RegisteredKind<T extends StoreObject = StoreObject> {
  readonly kind: StoreKind;
  readonly type: ResourceType<T>;
  readonly namespaced: boolean;
  readonly informer: Informer<T>;
  /** Written as a method, so that kinds of different resources stand in one list. */
  toView(store: T): StoreView;
  /** What core remembers of an answer of the API server, as its informer does; absent where it is all. */
  readonly snapshot?: ((store: T) => T) | undefined;
  /** How a store is tied to the class of its provider; absent where it names an address itself. */
  classTie?(store: T): ClassTie | undefined;
}

/** The kinds of store that core serves. */
export class StoreRegistry {
  readonly #kinds: ReadonlyMap<string, RegisteredKind>;

  constructor(kinds: readonly RegisteredKind[]) {
    this.#kinds = new Map(kinds.map((entry) => [entry.kind, entry]));
  }

  get kinds(): readonly RegisteredKind[] {
    return [...this.#kinds.values()];
  }

  /** Undefined for a kind that is not served. */
  get(kind: string | undefined): RegisteredKind | undefined {
    return kind === undefined ? undefined : this.#kinds.get(kind);
  }
}

/** The informers of the kinds of store. */
export interface StoreInformers {
  readonly providers: Informer<Provider>;
  readonly secretStores: Informer<SecretStore>;
  /** Both absent where cluster-scoped stores are switched off: then none is ever found. */
  readonly clusterProviders?: Informer<ClusterProvider> | undefined;
  readonly clusterSecretStores?: Informer<ClusterSecretStore> | undefined;
}

/** What views are made with. */
export interface StoreLookup extends SecretStoreLookup {
  readonly resolver: EndpointResolver;
}

/** The registry over core's informers. A further kind is a further entry. */
export function storeRegistry(informers: StoreInformers, lookup: StoreLookup): StoreRegistry {
  const provider: RegisteredKind<Provider> = {
    kind: 'Provider',
    type: providers,
    namespaced: true,
    informer: informers.providers,
    toView: (store) => providerView(store, lookup.resolver),
  };
  const secretStore: RegisteredKind<SecretStore> = {
    kind: 'SecretStore',
    type: secretStores,
    namespaced: true,
    informer: informers.secretStores,
    toView: (store) => secretStoreView(store, lookup),
    classTie,
    snapshot: storeSnapshot,
  };
  const kinds = [ofAnyStore(provider), ofAnyStore(secretStore)];
  if (informers.clusterProviders) {
    const clusterProvider: RegisteredKind<ClusterProvider> = {
      kind: 'ClusterProvider',
      type: clusterProviders,
      namespaced: false,
      informer: informers.clusterProviders,
      toView: (store) => clusterProviderView(store, lookup.resolver),
    };
    kinds.push(ofAnyStore(clusterProvider));
  }
  if (informers.clusterSecretStores) {
    const clusterSecretStore: RegisteredKind<ClusterSecretStore> = {
      kind: 'ClusterSecretStore',
      type: clusterSecretStores,
      namespaced: false,
      informer: informers.clusterSecretStores,
      toView: (store) => clusterSecretStoreView(store, lookup),
      classTie,
      snapshot: storeSnapshot,
    };
    kinds.push(ofAnyStore(clusterSecretStore));
  }
  return new StoreRegistry(kinds);
}

/** An entry meets objects of its own informer alone, which the type of a list of entries cannot say. */
function ofAnyStore<T extends StoreObject>(kind: RegisteredKind<T>): RegisteredKind {
  return kind as unknown as RegisteredKind;
}
