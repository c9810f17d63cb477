import { type ClusterProvider, clusterProviders, type Provider, providers } from '@eso/api/resources';
import type { Informer, ResourceType } from '@eso/kube';
import type { EndpointResolver } from './endpoint-resolver.ts';
import { clusterProviderView, providerView } from './provider-view.ts';
import type { ServedStoreKind, StoreView } from './store-view.ts';

/** A resource that says where values come from. */
export type StoreObject = Provider | ClusterProvider;

/** How stores of one kind are watched and seen. Nothing outside of the registry asks which kind a store is of. */
export interface RegisteredKind<T extends StoreObject = StoreObject> {
  readonly kind: ServedStoreKind;
  readonly type: ResourceType<T>;
  readonly namespaced: boolean;
  readonly informer: Informer<T>;
  /** Written as a method, so that kinds of different resources stand in one list. */
  toView(store: T): StoreView;
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
  /** Absent where core serves a list of namespaces only: then no ClusterProvider is ever found. */
  readonly clusterProviders?: Informer<ClusterProvider> | undefined;
}

/** The registry over core's informers. A further kind is a further entry. */
export function storeRegistry(informers: StoreInformers, resolver: EndpointResolver): StoreRegistry {
  const namespaced: RegisteredKind<Provider> = {
    kind: 'Provider',
    type: providers,
    namespaced: true,
    informer: informers.providers,
    toView: (provider) => providerView(provider, resolver),
  };
  if (!informers.clusterProviders) return new StoreRegistry([namespaced]);
  const cluster: RegisteredKind<ClusterProvider> = {
    kind: 'ClusterProvider',
    type: clusterProviders,
    namespaced: false,
    informer: informers.clusterProviders,
    toView: (provider) => clusterProviderView(provider, resolver),
  };
  return new StoreRegistry([namespaced, cluster]);
}
