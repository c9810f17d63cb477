import { type Clock, type Logger, type Registry, silentLogger, systemClock } from '@eso/runtime';
import { DEFAULT_PAGE_SIZE, type KubeClient } from '../client/client.ts';
import { KubeError } from '../error.ts';
import { type KubeObject, resourceName, type ResourceType } from '../resource/index.ts';
import { informerMetrics } from './metrics.ts';
import { type InformerHandler, ObjectSink } from './object-sink.ts';
import { Reflector } from './reflector.ts';
import { type Indexers, Store } from './store.ts';

export type { InformerHandler };

export interface InformerOptions<T, S> {
  /** Absent: all of them through one watch. Otherwise one watch for each, all into the same store. */
  namespaces?: readonly string[];
  labelSelector?: string;
  fieldSelector?: string;
  /** Ask for metadata alone: the objects have nothing else. */
  metadataOnly?: boolean;
  /** Runs on each object before it is stored; what it drops is held nowhere. Default: drops `managedFields`. */
  transform?: (object: T) => S;
  indexers?: Indexers<S>;
  /** In logs and metrics; tells informers of the same resource apart. Default: `plural.group`. */
  name?: string;
  clock?: Clock;
  logger?: Logger;
  registry?: Registry;
  /**
   * A watch on which not even a bookmark came for this long is given up, in milliseconds. Default 180,000: the API server sends a
   * bookmark about once a minute.
   */
  quietDeadlineMs?: number;
  /** Objects per list page. Default 500. */
  pageSize?: number;
}

/** A store that follows the API server, and the handlers that are told what changed in it. */
export interface Informer<S> {
  readonly store: Store<S>;
  /** Whether everything has been listed once. */
  readonly hasSynced: boolean;
  /** Resolves when it has. @throws the reason of the signal */
  waitForSync(signal: AbortSignal): Promise<void>;
  /** Adds a handler; what the store holds already is handed to its `add` before this returns. */
  addHandler(handler: InformerHandler<S>): void;
  /** Starts to follow, until `signal` aborts. @throws KubeError when it was started before */
  start(signal: AbortSignal): void;
  /** The reason when the store may be out of date: nothing was heard for longer than the deadline allows. */
  health(): string | undefined;
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
  readonly #handlers: InformerHandler<S>[] = [];
  readonly #reflectors: Reflector<T>[];
  readonly #synced = Promise.withResolvers<undefined>();
  #unsynced: number;
  #started = false;

  constructor(client: KubeClient, type: ResourceType<T>, options: InformerOptions<T, S>) {
    const { clock = systemClock, logger = silentLogger, registry, name = resourceName(type) } = options;
    const { labelSelector, fieldSelector, metadataOnly, transform, indexers } = options;
    const { pageSize = DEFAULT_PAGE_SIZE, quietDeadlineMs = 180_000 } = options;
    this.store = new Store<S>(indexers);
    const select = {
      ...(labelSelector !== undefined && { labelSelector }),
      ...(fieldSelector !== undefined && { fieldSelector }),
      ...(metadataOnly !== undefined && { metadataOnly }),
    };
    const shared = { client, type, name, clock, logger, metrics: informerMetrics(registry), pageSize, quietDeadlineMs };
    const scopes = options.namespaces?.map((namespace) => ({ ...select, namespace })) ?? [select];
    this.#unsynced = scopes.length;
    if (this.#unsynced === 0) this.#synced.resolve(undefined);
    this.#reflectors = scopes.map((scope) => {
      // Without a transform S is T; the compiler cannot know.
      const toStored = transform ?? (dropManagedFields as unknown as (object: T) => S);
      const onSynced = once(() => this.#oneSynced());
      const sink = new ObjectSink<T, S>({
        ...shared,
        store: this.store,
        handlers: this.#handlers,
        transform: toStored,
        onSynced,
      });
      return new Reflector({ ...shared, select: scope, sink });
    });
  }

  get hasSynced(): boolean {
    return this.#unsynced === 0;
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

  addHandler(handler: InformerHandler<S>): void {
    for (const object of this.store.list()) handler.add?.(object);
    this.#handlers.push(handler);
  }

  start(signal: AbortSignal): void {
    if (this.#started) throw new KubeError('UNEXPECTED', 'an informer can be started once only');
    this.#started = true;
    for (const reflector of this.#reflectors) void reflector.run(signal);
  }

  health(): string | undefined {
    if (!this.#started) return undefined;
    for (const reflector of this.#reflectors) {
      const reason = reflector.health();
      if (reason !== undefined) return reason;
    }
    return undefined;
  }

  #oneSynced(): void {
    this.#unsynced -= 1;
    if (this.#unsynced === 0) this.#synced.resolve(undefined);
  }
}

function dropManagedFields<T extends KubeObject>(object: T): T {
  delete object.metadata.managedFields;
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
