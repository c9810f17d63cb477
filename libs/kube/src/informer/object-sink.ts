import { errorText, type Logger } from '@eso/runtime';
import { type KubeObject, objectKey, type ObjectRef } from '../resource/index.ts';
import type { InformerMetrics, ObjectCount } from './metrics.ts';
import type { ReflectorSink, Snapshot } from './reflector.ts';
import type { Store } from './store.ts';

/** Functions that are told of changes, after the store has them. They must be quick: events wait for them. */
export interface InformerHandler<S> {
  add?(object: S): void;
  update?(before: S, after: S): void;
  /** With the last state that was seen. */
  delete?(object: S): void;
}

/** The store that an {@link ObjectSink} fills, and whom it notifies. */
export interface ObjectSinkOptions<T, S> {
  store: Store<S>;
  handlers: ReadonlySet<InformerHandler<S>>;
  transform: (object: T) => S;
  name: string;
  logger: Logger;
  metrics: InformerMetrics;
  count: ObjectCount;
  /** Called after the first list. */
  onSynced: () => void;
  /** Called with `namespace` after each move of the position, when the handlers have been told. */
  progress: ReadonlySet<(namespace: string | undefined) => void>;
  /** That this reflector follows; undefined: all of them. */
  namespace: string | undefined;
}

/**
 * Brings what one reflector sees into the store and tells the handlers. What others throw is logged and counted, and leaves the
 * object (or the handler) as it was: it never stops the events that follow.
 */
export class ObjectSink<T extends KubeObject, S> implements ReflectorSink<T> {
  readonly #options: ObjectSinkOptions<T, S>;
  #position = '';

  constructor(options: ObjectSinkOptions<T, S>) {
    this.#options = options;
  }

  /** The version up to which the store has everything of this reflector; '' before the first list. */
  get position(): string {
    return this.#position;
  }

  snapshot(): Snapshot<T> {
    let seen = new Map<string, Transformed<S>>();
    return {
      // Transformed as it comes, so that what a transform drops is never held for the whole list.
      add: (object) => void seen.set(objectKey(object.metadata), this.#transform(object)),
      remove: ({ metadata }) => void seen.delete(objectKey(metadata)),
      commit: (version) => {
        const all = seen;
        // The watch that began with this list holds the snapshot as long as it lasts, and must not hold each object as it was.
        seen = new Map();
        this.#replace(all, version);
      },
    };
  }

  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const key = objectKey(object.metadata);
    const seen = type === 'DELETED' ? undefined : this.#transform(object);
    const change = seen === undefined ? this.#remove(key) : this.#put(key, seen);
    this.#position = object.metadata.resourceVersion ?? this.#position;
    if (change) this.#notifyHandlers([change]);
    this.#notifyProgress();
  }

  dropOversized(ref: ObjectRef): void {
    const change = this.#remove(objectKey(ref));
    if (change) this.#notifyHandlers([change]);
  }

  bookmark(version: string): void {
    this.#position = version;
    this.#notifyProgress();
  }

  /** The store is whole and the position is set before a handler hears of the first change. */
  #replace(seen: ReadonlyMap<string, Transformed<S>>, version: string): void {
    const changes: Change<S>[] = [];
    const note = (change: Change<S> | undefined): void => {
      if (change) changes.push(change);
    };
    const { store, namespace } = this.#options;
    for (const key of store.keys(namespace)) if (!seen.has(key)) note(this.#remove(key));
    for (const [key, value] of seen) note(this.#put(key, value));
    this.#position = version;
    this.#notifyHandlers(changes);
    this.#options.onSynced();
    this.#notifyProgress();
  }

  /** What is to be stored of an object; KEEP where the store has that version already, or cannot have a newer one. */
  #transform(object: T): Transformed<S> {
    const key = objectKey(object.metadata);
    const held = versionOf(this.#options.store.getByKey(key));
    if (held !== undefined && held === object.metadata.resourceVersion) return UNCHANGED;
    let seen: Transformed<S> = UNCHANGED;
    this.#catching('transform', key, () => (seen = { value: this.#options.transform(object) }));
    return seen;
  }

  #put(key: string, seen: Transformed<S>): Change<S> | undefined {
    if (seen === UNCHANGED) return undefined;
    const { store } = this.#options;
    const { value: after } = seen;
    const before = store.getByKey(key);
    if (!this.#catching('index', key, () => store.set(key, after))) return undefined;
    return before === undefined ? { kind: 'add', key, after } : { kind: 'update', key, before, after };
  }

  #remove(key: string): Change<S> | undefined {
    const { store } = this.#options;
    const before = store.getByKey(key);
    store.delete(key);
    return before === undefined ? undefined : { kind: 'delete', key, before };
  }

  #notifyHandlers(changes: readonly Change<S>[]): void {
    // One that is added meanwhile was handed what the store has by now, these changes included.
    const { handlers } = this.#options;
    const told = [...handlers];
    for (const change of changes) {
      for (const handler of told)
        if (handlers.has(handler)) this.#catching('handler', change.key, () => dispatch(handler, change));
    }
  }

  #catching(stage: 'transform' | 'index' | 'handler' | 'progress', key: string, run: () => unknown): boolean {
    try {
      run();
      return true;
    } catch (error) {
      const { name, logger, metrics } = this.#options;
      metrics.exceptions.inc({ resource: name, stage });
      logger.error({ err: error, resource: name, key, stage }, `${stage} threw for an object: ${errorText(error)}`);
      return false;
    }
  }

  #notifyProgress(): void {
    const { count, store, progress, namespace } = this.#options;
    count.show(store.size);
    for (const fn of progress) this.#catching('progress', namespace ?? '', () => fn(namespace));
  }
}

/** The store has it as it is. */
const UNCHANGED = 'keep';
/** Wrapped, so that a transform may make anything at all. */
type Transformed<S> = { readonly value: S } | typeof UNCHANGED;

/** The version of what a transform made, where it kept it. */
function versionOf(stored: unknown): string | undefined {
  return (stored as Partial<Pick<KubeObject, 'metadata'>> | undefined)?.metadata?.resourceVersion;
}

type Change<S> =
  | { kind: 'add'; key: string; after: S }
  | { kind: 'update'; key: string; before: S; after: S }
  | { kind: 'delete'; key: string; before: S };

function dispatch<S>(handler: InformerHandler<S>, change: Change<S>): void {
  if (change.kind === 'add') handler.add?.(change.after);
  else if (change.kind === 'update') handler.update?.(change.before, change.after);
  else handler.delete?.(change.before);
}
