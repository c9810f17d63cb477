import type { Informer, InformerHandler, KubeObject, ResourceType } from '@eso/kube';

/** What is followed. Users who say the same share one informer. */
export interface InformerUse<O extends KubeObject, T = O> {
  readonly type: ResourceType<O>;
  /** Absent: all namespaces that this process serves. */
  readonly namespace?: string;
  /** Ask for metadata alone: the objects have nothing else. Default false. */
  readonly metadataOnly?: boolean;
  /** Default: all objects. */
  readonly labelSelector?: string;
  /** What is kept of an object; the same function for all who share. Default: everything but `managedFields`. */
  readonly transform?: (object: O) => T;
  /** In logs and metrics, and part of what is shared: users with another transform need another name. */
  readonly name: string;
}

/** Why what is followed is not known, or not up to date, in words for users. */
export interface InformerProblem {
  /** Of KubeError, such as FORBIDDEN; TOO_MANY_WATCHES where it still waits for a place. */
  readonly code: string;
  /** Such as `core may not list configmaps in namespace team-a`; no full stop at the end. */
  readonly publicMessage: string;
  /** A sentence. */
  readonly nextStep: string;
}

/** An informer that somebody else starts and ends. */
export type RunningInformer<T> = Omit<Informer<T>, 'start'>;

/** One use of an informer of the pool. */
export interface PooledInformer<T> {
  /** Handlers that are added here end with this use. */
  readonly informer: RunningInformer<T>;
  /** Why what the informer has may be out of date, from the first failure on; undefined where all is well. */
  problem(): InformerProblem | undefined;
  /** Ends this use: none of its handlers is called any more. May be called twice. */
  release(): void;
}

/** What a use is made over. */
export interface UsedInformer<T> {
  readonly informer: Informer<T>;
  /** Uses that have not ended. */
  users: number;
  problem(): InformerProblem | undefined;
}

/** A use, which takes its own handlers away at its end and nobody else's. */
export class InformerUser<T> implements PooledInformer<T> {
  readonly informer: RunningInformer<T>;
  readonly #shared: UsedInformer<T>;
  readonly #ended: () => void;
  readonly #removals = new Set<() => void>();
  #released = false;

  /** @param ended called once, when the use has ended */
  constructor(shared: UsedInformer<T>, ended: () => void) {
    this.#shared = shared;
    this.#ended = ended;
    shared.users += 1;
    const { informer } = shared;
    this.informer = {
      store: informer.store,
      get hasSynced() {
        return informer.hasSynced;
      },
      waitForSync: (signal) => informer.waitForSync(signal),
      // A copy: the same handler may be given to another use of the same informer.
      addHandler: (handler: InformerHandler<T>) => this.#removable(() => informer.addHandler(copyOf(handler))),
      onProgress: (fn) => this.#removable(() => informer.onProgress((namespace) => fn(namespace))),
      position: (namespace) => informer.position(namespace),
      health: () => informer.health(),
      failures: () => informer.failures(),
    };
  }

  problem(): InformerProblem | undefined {
    return this.#shared.problem();
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    for (const remove of this.#removals) remove();
    this.#removals.clear();
    this.#shared.users -= 1;
    this.#ended();
  }

  #removable(add: () => () => void): () => void {
    if (this.#released) return () => undefined;
    const remove = add();
    this.#removals.add(remove);
    return () => {
      this.#removals.delete(remove);
      remove();
    };
  }
}

function copyOf<T>(handler: InformerHandler<T>): InformerHandler<T> {
  return {
    add: (object) => handler.add?.(object),
    update: (before, after) => handler.update?.(before, after),
    delete: (object) => handler.delete?.(object),
  };
}
