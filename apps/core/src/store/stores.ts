import type { ClusterProvider, Provider } from '@eso/api/resources';
import type { EndpointSlice, Informer, Service } from '@eso/kube';
import type { EndpointOverrides } from './endpoint-overrides.ts';
import { EndpointResolver } from './endpoint-resolver.ts';
import type { Lister } from './lister.ts';
import { clusterProviderView, providerView, readiness } from './provider-view.ts';
import type { StoreKind, StoreSelector, StoreTransition, StoreView } from './store-view.ts';

export interface StoresOptions {
  readonly providers: Informer<Provider>;
  /** Absent where core serves a list of namespaces only: then no ClusterProvider is ever found. */
  readonly clusterProviders?: Informer<ClusterProvider>;
  readonly services: Lister<Service>;
  /** Its informer needs the indexers `endpointSliceIndexers`. */
  readonly endpointSlices: Lister<EndpointSlice>;
  readonly overrides?: Pick<EndpointOverrides, 'get'>;
  /** The cluster's DNS domain, accepted at the end of an address. Default `cluster.local`. */
  readonly clusterDomain?: string;
}

/** All stores core knows, read from the informers' caches: no call of it asks the API server. */
export class Stores {
  readonly #options: StoresOptions;
  readonly #listeners = new Set<(transition: StoreTransition) => void>();
  readonly resolver: EndpointResolver;

  constructor(options: StoresOptions) {
    this.#options = options;
    this.resolver = new EndpointResolver(options);
    this.#follow(options.providers, (provider) => providerView(provider, this.resolver));
    if (options.clusterProviders)
      this.#follow(options.clusterProviders, (provider) => clusterProviderView(provider, this.resolver));
  }

  /**
   * The store that an object in `namespace` names, as it is now; undefined when there is none of that kind and name. A
   * kind that core does not serve is never found.
   */
  find(ref: StoreSelector, namespace: string): StoreView | undefined {
    if (ref.kind === 'Provider') return this.view('Provider', namespace, ref.name);
    return ref.kind === 'ClusterProvider' ? this.view('ClusterProvider', undefined, ref.name) : undefined;
  }

  /** The view of one store by its kind and key. */
  view(kind: StoreKind, namespace: string | undefined, name: string): StoreView | undefined {
    if (kind === 'Provider') {
      const provider = this.#options.providers.store.get(namespace, name);
      return provider && providerView(provider, this.resolver);
    }
    const provider = this.#options.clusterProviders?.store.get(undefined, name);
    return provider && clusterProviderView(provider, this.resolver);
  }

  /**
   * Calls `fn` whenever the status or the reason of a store's Ready condition changed, also when a store appears or goes;
   * not for what the first list brings. The returned function ends that.
   */
  onTransition(fn: (transition: StoreTransition) => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }

  #follow<T extends Provider | ClusterProvider>(informer: Informer<T>, view: (store: T) => StoreView): void {
    informer.addHandler({
      add: (store) => {
        if (informer.hasSynced) this.#compare(view(store), { status: 'Absent' }, readiness(store));
      },
      update: (before, after) => this.#compare(view(after), readiness(before), readiness(after)),
      delete: (store) => this.#compare(view(store), readiness(store), { status: 'Absent' }),
    });
  }

  #compare(store: StoreView, from: StoreTransition['from'], to: StoreTransition['to']): void {
    if (from.status === to.status && from.reason === to.reason) return;
    for (const listener of this.#listeners) listener({ store, from, to });
  }
}
