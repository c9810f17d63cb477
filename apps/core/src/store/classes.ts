import { isDeepStrictEqual } from 'node:util';
import type { ClusterProviderClass, ProviderClass } from '@eso/api/resources';
import type { Informer, ObjectMeta } from '@eso/kube';
import { type Claim, claimsOf, oldest } from './class-claims.ts';
import { type ClassKind, type ClassObject, type ClassView, classView } from './class-view.ts';
import { readiness } from './view-parts.ts';

/** Index of classes by what they claim; `id` of a claim. */
const BY_CLAIM = 'claim';

/** Indexers that the informers of classes need. */
export const classIndexers: Record<string, (object: ClassObject) => string[]> = {
  [BY_CLAIM]: (object) => [...new Set(claimsOf(object).map(({ id }) => id))],
};

/** The caches that classes are read from; the informers need {@link classIndexers}. */
export interface ClassInformers {
  readonly providerClasses: Informer<ProviderClass>;
  readonly clusterProviderClasses: Informer<ClusterProviderClass>;
}

/** A class that somebody else has a claim of. */
export interface TakenClaim {
  readonly claim: Claim;
  readonly holder: ClassView;
}

/** A class that is not what it was for those who use it, or could. */
export interface ClassChange {
  readonly kind: ClassKind;
  /** Absent of a ClusterProviderClass. */
  readonly namespace?: string;
  readonly name: string;
  /** Ids of what it claims or claimed. */
  readonly claims: readonly string[];
  /** Whether it claims something else than before, came or went. */
  readonly claimsChanged: boolean;
}

/** All classes core knows, and which of them has what it claims. No call of it asks the API server. */
export class Classes {
  readonly #informers: ClassInformers;
  readonly #listeners = new Set<(change: ClassChange) => void>();

  constructor(informers: ClassInformers) {
    this.#informers = informers;
    this.#watch('ProviderClass', informers.providerClasses);
    this.#watch('ClusterProviderClass', informers.clusterProviderClasses);
  }

  /** The class of that name; `namespace` does not matter to a ClusterProviderClass. */
  find(kind: ClassKind, namespace: string, name: string): ClassView | undefined {
    const object =
      kind === 'ProviderClass'
        ? this.#informers.providerClasses.store.get(namespace, name)
        : this.#informers.clusterProviderClasses.store.get(undefined, name);
    return object && classView(kind, object);
  }

  /**
   * Who has a claim: a ClusterProviderClass before a ProviderClass of the namespace, so that no tenant can take what an
   * administrator routes, and of several the oldest.
   * @param namespace that of who asks; absent: ProviderClasses are not looked at
   */
  holderOf(claim: string, namespace: string | undefined): ClassView | undefined {
    const cluster = oldest(this.#informers.clusterProviderClasses.store.byIndex(BY_CLAIM, claim));
    if (cluster) return classView('ClusterProviderClass', cluster);
    if (namespace === undefined) return undefined;
    const own = this.#informers.providerClasses.store
      .byIndex(BY_CLAIM, claim)
      .filter(({ metadata }) => metadata.namespace === namespace);
    const first = oldest(own);
    return first && classView('ProviderClass', first);
  }

  /** The first claim of a class that another class has. */
  takenFrom({ kind, namespace, name }: ClassView, object: ClassObject): TakenClaim | undefined {
    for (const claim of claimsOf(object)) {
      const holder = this.holderOf(claim.id, namespace);
      if (holder && (holder.kind !== kind || holder.name !== name)) return { claim, holder };
    }
    return undefined;
  }

  /** Other classes that claim what a class claims or claimed, as far as they may have to give way or get it. */
  *rivals({
    claims,
    namespace,
    name,
  }: ClassChange): Generator<{ readonly kind: ClassKind; readonly metadata: ObjectMeta }> {
    const { providerClasses, clusterProviderClasses } = this.#informers;
    for (const claim of claims) {
      for (const { metadata } of providerClasses.store.byIndex(BY_CLAIM, claim)) {
        const isNear = namespace === undefined || (metadata.namespace === namespace && metadata.name !== name);
        if (isNear) yield { kind: 'ProviderClass', metadata };
      }
      if (namespace !== undefined) continue;
      for (const { metadata } of clusterProviderClasses.store.byIndex(BY_CLAIM, claim))
        if (metadata.name !== name) yield { kind: 'ClusterProviderClass', metadata };
    }
  }

  /**
   * Calls `fn` whenever a class came, went, or is another to those who use it: ready or not, at another address, with other claims
   * or conditions. Not for what the first list brings. The returned function ends that.
   */
  onChange(fn: (change: ClassChange) => void): () => void {
    this.#listeners.add(fn);
    return () => this.#listeners.delete(fn);
  }

  #watch(kind: ClassKind, informer: Informer<ClassObject>): void {
    const notify = (claimsChanged: boolean, object: ClassObject, before?: ClassObject): void => {
      if (!informer.hasSynced) return;
      const claims = [object, ...(before ? [before] : [])].flatMap(claimsOf).map(({ id }) => id);
      const { name, namespace } = object.metadata;
      const change = {
        kind,
        name,
        claims: [...new Set(claims)],
        claimsChanged,
        ...(namespace !== undefined && { namespace }),
      };
      for (const listener of this.#listeners) listener(change);
    };
    informer.addHandler({
      add: (object) => notify(true, object),
      update: (before, after) => {
        if (!isChanged(before, after)) return;
        const isAnother = before.metadata.uid !== after.metadata.uid;
        notify(isAnother || !isDeepStrictEqual(before.spec.serves, after.spec.serves), after, before);
      },
      delete: (object) => notify(true, object),
    });
  }
}

function isChanged(before: ClassObject, after: ClassObject): boolean {
  const [was, is] = [readiness(before), readiness(after)];
  return (
    before.metadata.uid !== after.metadata.uid ||
    was.status !== is.status ||
    was.reason !== is.reason ||
    !isDeepStrictEqual(before.spec, after.spec)
  );
}
