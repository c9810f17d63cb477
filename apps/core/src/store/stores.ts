import { isDeepStrictEqual } from 'node:util';
import type { EndpointSlice, Service } from '@eso/kube';
import type { ClassChange, Classes } from './classes.ts';
import type { EndpointOverrides } from './endpoint-overrides.ts';
import { EndpointResolver, type Lister } from './endpoint-resolver.ts';
import {
  type RegisteredKind,
  type StoreInformers,
  type StoreObject,
  storeRegistry,
  type StoreRegistry,
} from './registry.ts';
import type { ConsumerNamespace, StoreReadiness, StoreSelector, StoreTransition, StoreView } from './store-view.ts';
import { readiness } from './view-parts.ts';

/** The caches that stores are read from. */
export interface StoresOptions extends StoreInformers {
  readonly classes: Classes;
  /** The namespace of a name with its labels. */
  readonly namespace: (name: string) => ConsumerNamespace;
  readonly services: Lister<Service>;
  /** Its informer needs the indexers `endpointSliceIndexers`. */
  readonly endpointSlices: Lister<EndpointSlice>;
  readonly overrides?: Pick<EndpointOverrides, 'get'>;
  /** The cluster's DNS domain, accepted at the end of an address. Default `cluster.local`. */
  readonly clusterDomain?: string;
}

/** A store of a kind, as the registry has it. */
export interface RegisteredStore {
  readonly kind: RegisteredKind;
  readonly store: StoreObject;
}

/** All stores core knows, read from the informers' caches: no call of it asks the API server. */
export class Stores {
  readonly resolver: EndpointResolver;
  readonly registry: StoreRegistry;
  readonly #listeners = new Set<(transition: StoreTransition) => void>();

  constructor(options: StoresOptions) {
    const { classes, namespace } = options;
    this.resolver = new EndpointResolver(options);
    this.registry = storeRegistry(options, { resolver: this.resolver, classes, namespace });
    for (const kind of this.registry.kinds) this.#watch(kind);
    classes.onChange((change) => {
      for (const { kind, store } of this.tiedTo(change)) this.#notifyOf(kind.toView(store), readiness(store));
    });
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

  /** The stores that a class serves, or would serve if it were there. */
  *tiedTo({ kind, namespace, name, claims }: ClassChange): Generator<RegisteredStore> {
    for (const registered of this.registry.kinds) {
      // A ProviderClass is none of a cluster-scoped store's business.
      if (!registered.classTie || (namespace !== undefined && !registered.namespaced)) continue;
      for (const store of registered.informer.store.list(namespace)) {
        const tie = registered.classTie(store);
        const isTied =
          tie?.tag === 'claim'
            ? claims.includes(tie.id)
            : tie?.tag === 'name' && tie.kind === kind && tie.name === name;
        if (isTied) yield { kind: registered, store };
      }
    }
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

  #notifyOf(store: StoreView, from: StoreReadiness): void {
    this.#notify({ store, from, to: store.ready });
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
