import { isDeepStrictEqual } from 'node:util';
import type { ClusterProvider, Provider } from '@eso/api/resources';
import type { EndpointSlice, Informer, Service } from '@eso/kube';
import type { EndpointOverrides } from './endpoint-overrides.ts';
import { EndpointResolver, type Lister } from './endpoint-resolver.ts';
import { readiness } from './provider-view.ts';
import { type RegisteredKind, type StoreObject, storeRegistry, type StoreRegistry } from './registry.ts';
import type { StoreSelector, StoreTransition, StoreView } from './store-view.ts';

/** The caches that stores are read from. */
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
  readonly resolver: EndpointResolver;
  readonly registry: StoreRegistry;
  readonly #listeners = new Set<(transition: StoreTransition) => void>();

  constructor(options: StoresOptions) {
    this.resolver = new EndpointResolver(options);
    this.registry = storeRegistry(options, this.resolver);
    for (const kind of this.registry.kinds) this.#watch(kind);
  }

  /**
   * The store that an object in `namespace` names, as it is now; undefined when there is none of that kind and name. A
   * kind that core does not serve is never found.
   */
  find({ kind, name }: StoreSelector, namespace: string): StoreView | undefined {
    const registered = this.registry.get(kind);
    const store = registered?.informer.store.get(registered.namespaced ? namespace : undefined, name);
    return store && registered?.toView(store);
  }

  /**
   * Calls `fn` whenever a store is not what it was for those who use it: its Ready condition has another status or reason, its
   * spec or what it can be used for changed, it appeared judged or went. Not for what the first list brings. The returned function ends that.
   */
  onTransition(fn: (transition: StoreTransition) => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }

  #watch(kind: RegisteredKind): void {
    const { informer } = kind;
    const absent = { status: 'Absent' } as const;
    informer.addHandler({
      add: (store) => {
        const to = readiness(store);
        if (informer.hasSynced && to.status !== 'Absent') this.#notify({ store: kind.toView(store), from: absent, to });
      },
      update: (before, after) => {
        const [from, to] = [readiness(before), readiness(after)];
        if (from.status !== to.status || from.reason !== to.reason || isChanged(before, after))
          this.#notify({ store: kind.toView(after), from, to });
      },
      delete: (store) => this.#notify({ store: kind.toView(store), from: readiness(store), to: absent }),
    });
  }

  #notify(transition: StoreTransition): void {
    for (const listener of this.#listeners) listener(transition);
  }
}

/** Whether what users of a store stand on is another: itself, its spec, or what it can be used for. */
function isChanged(before: StoreObject, after: StoreObject): boolean {
  return (
    before.metadata.uid !== after.metadata.uid ||
    before.metadata.generation !== after.metadata.generation ||
    !isDeepStrictEqual(before.status?.features, after.status?.features)
  );
}
