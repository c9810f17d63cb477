import { type Clock, type Logger, type Permits, type Registry, silentLogger, systemClock } from '@eso/runtime';
import { DEFAULT_PAGE_SIZE, type KubeClient } from '../client/client.ts';
import { KubeError } from '../error.ts';
import { compareResourceVersions, type KubeObject, resourceName, type ResourceType } from '../resource/index.ts';
import { listPermitsOf } from './list-permits.ts';
import { informerMetrics, ObjectCount } from './metrics.ts';
import { type InformerHandler, ObjectSink } from './object-sink.ts';
import { Reflector, type ReflectorFailure } from './reflector.ts';
import { type Indexers, Store } from './store.ts';

export type { InformerHandler };

/** Which objects an informer follows, and what it keeps of them (`S`). */
export interface InformerOptions<T, S> {
  /** Absent: all of them through one watch. Otherwise one watch for each, all into the same store. */
  namespaces?: readonly string[];
  labelSelector?: string;
  fieldSelector?: string;
  /** Ask for metadata alone: the objects have nothing else. */
  metadataOnly?: boolean;
  /**
   * Runs on each object before it is stored; what it drops is held nowhere. Where it drops `metadata.resourceVersion`, each list tells
   * handlers of an update of every object. Default: drops `managedFields`.
   */
  transform?: (object: T) => S;
  indexers?: Indexers<S>;
  /** In logs and metrics; tells informers of the same resource apart. Default: `plural.group`. */
  name?: string;
  /** Default: the machine's clock. */
  clock?: Clock;
  /** Default: none. */
  logger?: Logger;
  /** Where lists, watches and failures are counted. Default: nowhere. */
  registry?: Registry;
  /**
   * A watch on which not even a bookmark came for this long is given up, in milliseconds. Default 180,000: the API server sends a
   * bookmark about once a minute.
   */
  quietDeadlineMs?: number;
  /** Objects per page at most, where the API server cannot list object by object. Default 500. */
  pageSize?: number;
  /** Who lists at the same time. Default: three of all informers of the client that have none of their own. */
  listPermits?: Permits;
}

/** A store that follows the API server, and the handlers that are told what changed in it. */
export interface Informer<S> {
  readonly store: Store<S>;
  /** Whether everything has been listed once. */
  readonly hasSynced: boolean;
  /** Resolves when it has. @throws the reason of the signal */
  waitForSync(signal: AbortSignal): Promise<void>;
  /**
   * Adds a handler; what the store holds already is handed to its `add` before this returns.
   * @returns takes it away again: it is not called any more
   */
  addHandler(handler: InformerHandler<S>): () => void;
  /** Starts to follow, until `signal` aborts. @throws KubeError when it was started before */
  start(signal: AbortSignal): void;
  /**
   * The highest resource version up to which the store has everything there is of that namespace: of the last event, bookmark or list;
   * '' before the first list. It moves together with the store, before handlers are called, and is never ahead of it. After a relist it
   * is the version of the list. The DELETED event of an object that was deleted, or that left a selector, has the version of that change
   * and not the object's last, so the position never goes back by it. Compare with `compareResourceVersions`.
   *
   * @param namespace with one watch over all of them it makes no difference; otherwise each has a position of its own, that of none
   * of them is '', and that of all together (undefined) is the lowest
   */
  position(namespace?: string): string;
  /**
   * Adds a function that is called after each event, bookmark and list that moved a position, when the handlers have been told; with
   * the namespace whose position it is, undefined where there is one watch over all.
   * @returns takes it away again
   */
  onProgress(fn: (namespace: string | undefined) => void): () => void;
  /**
   * The reason when the store may be out of date: lists or watches have failed for a while (twice where a human has to mend it, ten
   * seconds where it may end by itself), or nothing was heard for longer than the deadline allows.
   */
  health(): string | undefined;
  /** What lists and watches last failed with, where they have not succeeded since; unlike {@link health} from the first failure on. */
  failures(): readonly InformerFailure[];
}

/** A list or watch that does not succeed at present. */
export interface InformerFailure extends ReflectorFailure {
  /** The namespace that it is about; undefined: all of them. */
  readonly namespace: string | undefined;
}

/** Makes an informer; it does nothing before `start`. */
export function createInformer<T extends KubeObject, S = T>(
  client: KubeClient,
  type: ResourceType<T>,
  options: InformerOptions<T, S> = {},
): Informer<S> {
  return new ReflectorInformer(client, type, options);
}

class ReflectorInformer<T extends KubeObject, S> implements Informer<S> {
  readonly store: Store<S>;
  readonly #handlers = new Set<InformerHandler<S>>();
  readonly #progress = new Set<(namespace: string | undefined) => void>();
  readonly #reflectors: Reflector<T>[] = [];
  readonly #count: ObjectCount;
  /** By namespace; under undefined where there is one watch over all. */
  readonly #sinks = new Map<string | undefined, ObjectSink<T, S>>();
  readonly #synced = Promise.withResolvers<undefined>();
  #pendingReflectors: number;
  #started = false;

  constructor(client: KubeClient, type: ResourceType<T>, options: InformerOptions<T, S>) {
    const { clock = systemClock, logger = silentLogger, registry, name = resourceName(type) } = options;
    const { labelSelector, fieldSelector, metadataOnly, transform, indexers } = options;
    const { pageSize = DEFAULT_PAGE_SIZE, quietDeadlineMs = 180_000, listPermits: permits } = options;
    this.store = new Store<S>(indexers);
    const select = {
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
      ...(metadataOnly !== undefined && { metadataOnly }),
    };
    const metrics = informerMetrics(registry);
    const waits = { permits: permits ?? listPermitsOf(client), quietDeadlineMs };
    const shared = { client, type, name, clock, logger, metrics, pageSize, ...waits };
    this.#count = new ObjectCount(metrics.objects, name);
    // Without a transform S is T; the compiler cannot know.
    const toStored = transform ?? (dropManagedFields as unknown as (object: T) => S);
    const scopes: readonly (string | undefined)[] = options.namespaces ? [...new Set(options.namespaces)] : [undefined];
    this.#pendingReflectors = scopes.length;
    if (this.#pendingReflectors === 0) this.#synced.resolve(undefined);
    for (const namespace of scopes) {
      const sink = new ObjectSink<T, S>({
        ...shared,
        count: this.#count,
        store: this.store,
        handlers: this.#handlers,
        transform: toStored,
        onSynced: once(() => this.#onReflectorSynced()),
        progress: this.#progress,
        namespace,
      });
      this.#sinks.set(namespace, sink);
      const scope = { ...select, ...(namespace !== undefined && { namespace }) };
      this.#reflectors.push(new Reflector({ ...shared, select: scope, sink }));
    }
  }

  get hasSynced(): boolean {
    return this.#pendingReflectors === 0;
  }

  waitForSync(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      const onAbort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', onAbort, { once: true });
      void this.#synced.promise.then(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
    });
  }

  addHandler(handler: InformerHandler<S>): () => void {
    for (const object of this.store.list()) handler.add?.(object);
    this.#handlers.add(handler);
    return () => void this.#handlers.delete(handler);
  }

  position(namespace?: string): string {
    const sink = this.#sinks.get(undefined) ?? this.#sinks.get(namespace);
    if (sink) return sink.position;
    if (namespace !== undefined) return '';
    const positions = [...this.#sinks.values()].map(({ position }) => position);
    return positions.toSorted(compareResourceVersions)[0] ?? '';
  }

  onProgress(fn: (namespace: string | undefined) => void): () => void {
    this.#progress.add(fn);
    return () => void this.#progress.delete(fn);
  }

  start(signal: AbortSignal): void {
    if (this.#started) throw new KubeError('UNEXPECTED', 'an informer can be started once only');
    this.#started = true;
    void Promise.all(this.#reflectors.map((reflector) => reflector.run(signal))).then(() => this.#count.end());
  }

  failures(): readonly InformerFailure[] {
    return this.#reflectors.flatMap((reflector) =>
      reflector.failures().map((failure) => ({ ...failure, namespace: reflector.namespace })),
    );
  }

  health(): string | undefined {
    if (!this.#started) return undefined;
    for (const reflector of this.#reflectors) {
      const reason = reflector.health();
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #onReflectorSynced(): void {
    this.#pendingReflectors -= 1;
    if (this.#pendingReflectors === 0) this.#synced.resolve(undefined);
  }
}

function dropManagedFields<T extends KubeObject>(object: T): T {
  const { managedFields, ...metadata } = object.metadata;
  // A copy: an object that a property was deleted from takes three times the memory.
  if (managedFields !== undefined) object.metadata = metadata;
  return object;
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    run();
  };
}
