import type { InformerPool } from '../../informer-pool.ts';
import type { InformerProblem, PooledInformer } from '../../informer-use.ts';
import { type SourceKind, sourceKinds } from './source-refs.ts';
import { snapshotSource, type SourceSnapshot } from './source-snapshot.ts';

/** A kind of source in a namespace. */
export interface SourcePlace {
  readonly kind: SourceKind;
  readonly namespace: string;
}

/** What is told of what the watches see. */
export interface SourceHandlers {
  /** This object came, changed or went. */
  readonly changed: (place: SourcePlace, name: string) => void;
  /** Everything that is there has been listed: what is not among it is absent. */
  readonly listed: (place: SourcePlace) => void;
}

/** What the watch of a place shows. */
export interface SourceView {
  /** Undefined: it is not there. */
  get(name: string): SourceSnapshot | undefined;
  /** The resource version up to which everything is shown. */
  readonly position: string;
}

interface Watch {
  readonly pooled: PooledInformer<SourceSnapshot>;
  users: number;
}

/**
 * Follows the ConfigMaps and Secrets of those namespaces where a template reads some, by their metadata alone: how large they are is of no
 * matter, and no value of them comes into this process.
 */
export class SourceWatches {
  readonly #pool: Pick<InformerPool, 'acquire'>;
  readonly #handlers: SourceHandlers;
  readonly #watches = new Map<string, Watch>();

  constructor(pool: Pick<InformerPool, 'acquire'>, handlers: SourceHandlers) {
    this.#pool = pool;
    this.#handlers = handlers;
  }

  /** One more ExternalSecret reads objects there. */
  acquire(place: SourcePlace): void {
    const key = keyOf(place);
    const watch = this.#watches.get(key) ?? { pooled: this.#follow(place), users: 0 };
    watch.users += 1;
    this.#watches.set(key, watch);
  }

  /** One that had acquired does not any more. */
  release(place: SourcePlace): void {
    const watch = this.#watches.get(keyOf(place));
    if (!watch) return;
    watch.users -= 1;
    if (watch.users > 0) return;
    this.#watches.delete(keyOf(place));
    watch.pooled.release();
  }

  /** What is there; undefined before it has been listed once. */
  view({ kind, namespace }: SourcePlace): SourceView | undefined {
    const informer = this.#watches.get(keyOf({ kind, namespace }))?.pooled.informer;
    if (!informer?.hasSynced) return undefined;
    return { get: (name) => informer.store.get(namespace, name), position: informer.position(namespace) };
  }

  /** Why changes there are not noticed at present. */
  problem(place: SourcePlace): InformerProblem | undefined {
    return this.#watches.get(keyOf(place))?.pooled.problem();
  }

  #follow(place: SourcePlace): PooledInformer<SourceSnapshot> {
    const { type, informer: name } = sourceKinds[place.kind];
    const { namespace } = place;
    const pooled = this.#pool.acquire({ type, namespace, metadataOnly: true, transform: snapshotSource, name });
    const { informer } = pooled;
    // The first list is one piece of news, however many objects it has.
    const changed = ({ metadata }: SourceSnapshot): void => {
      if (informer.hasSynced) this.#handlers.changed(place, metadata.name);
    };
    informer.addHandler({ add: changed, update: (_before, after) => changed(after), delete: changed });
    // What lingered in the pool has been listed already.
    if (informer.hasSynced) this.#handlers.listed(place);
    else {
      const remove = informer.onProgress(() => {
        remove();
        this.#handlers.listed(place);
      });
    }
    return pooled;
  }
}

function keyOf({ kind, namespace }: SourcePlace): string {
  return `${kind}/${namespace}`;
}
