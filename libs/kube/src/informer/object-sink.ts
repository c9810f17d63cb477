import { errorText, type Logger } from '@eso/runtime';
import { type KubeObject, objectKey } from '../resource/index.ts';
import type { InformerMetrics } from './metrics.ts';
import type { ReflectorSink, Snapshot } from './reflector.ts';
import type { Store } from './store.ts';

/** Functions that are told of changes, after the store has them. They must be quick: events wait for them. */
export interface InformerHandler<S> {
  add?(object: S): void;
  update?(before: S, after: S): void;
  /** With the last state that was seen. */
  delete?(object: S): void;
}

export interface ObjectSinkOptions<T, S> {
  store: Store<S>;
  handlers: readonly InformerHandler<S>[];
  transform: (object: T) => S;
  name: string;
  logger: Logger;
  metrics: InformerMetrics;
  /** Called after the first list. */
  onSynced: () => void;
  /** Called with `namespace` after each move of the position, when the handlers have been told. */
  progress: readonly ((namespace: string | undefined) => void)[];
  /** That this reflector follows; undefined: all of them. */
  namespace: string | undefined;
}

/**
 * Brings what one reflector sees into the store and tells the handlers. What others throw is logged and counted, and leaves the
 * object (or the handler) as it was: it never stops the events that follow.
 */
export class ObjectSink<T extends KubeObject, S> implements ReflectorSink<T> {
  readonly #options: ObjectSinkOptions<T, S>;
  /** resourceVersion by key, of this reflector's objects alone: several share the store. */
  #versions = new Map<string, string>();
  #position = '';

  constructor(options: ObjectSinkOptions<T, S>) {
    this.#options = options;
  }

  /** The version up to which the store has everything of this reflector; '' before the first list. */
  get position(): string {
    return this.#position;
  }

  snapshot(): Snapshot<T> {
    const seen = new Map<string, Seen<S>>();
    const add = (objects: readonly T[]): void => {
      for (const object of objects) {
        const key = objectKey(object.metadata);
        const version = object.metadata.resourceVersion ?? '';
        if (this.#versions.get(key) === version) {
          seen.set(key, { version });
          continue;
        }
        // Transformed page by page, so that what a transform drops is never held for the whole list.
        const value = this.#transformed(key, object);
        seen.set(key, value === undefined ? { version: this.#versions.get(key) ?? '' } : { version, value });
      }
    };
    return { add, commit: (version) => this.#replace(seen, version) };
  }

  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const key = objectKey(object.metadata);
    const version = object.metadata.resourceVersion ?? '';
    const change = type === 'DELETED' ? this.#remove(key) : this.#changed(key, version, object);
    this.#position = version;
    if (change) this.#tell([change]);
    this.#moved();
  }

  progress(version: string): void {
    this.#position = version;
    this.#moved();
  }

  /** The store is whole and the position is set before a handler hears of the first change. */
  #replace(seen: ReadonlyMap<string, Seen<S>>, version: string): void {
    const changes: Change<S>[] = [];
    const note = (change: Change<S> | undefined): void => {
      if (change) changes.push(change);
    };
    for (const key of [...this.#versions.keys()]) if (!seen.has(key)) note(this.#remove(key));
    for (const [key, { version: of, value }] of seen) if (value !== undefined) note(this.#put(key, of, value));
    this.#position = version;
    this.#tell(changes);
    this.#options.onSynced();
    this.#moved();
  }

  #changed(key: string, version: string, object: T): Change<S> | undefined {
    if (this.#versions.get(key) === version) return undefined;
    const value = this.#transformed(key, object);
    return value === undefined ? undefined : this.#put(key, version, value);
  }

  #put(key: string, version: string, value: S): Change<S> | undefined {
    const { store } = this.#options;
    const before = store.getByKey(key);
    if (!this.#guarded('index', key, () => store.set(key, value))) return undefined;
    this.#versions.set(key, version);
    return before === undefined ? { kind: 'add', key, after: value } : { kind: 'update', key, before, after: value };
  }

  #remove(key: string): Change<S> | undefined {
    const { store } = this.#options;
    const before = store.getByKey(key);
    this.#versions.delete(key);
    store.delete(key);
    return before === undefined ? undefined : { kind: 'delete', key, before };
  }

  #tell(changes: readonly Change<S>[]): void {
    // One that is added meanwhile was handed what the store has by now, these changes included.
    const handlers = [...this.#options.handlers];
    for (const change of changes) {
      for (const handler of handlers) this.#guarded('handler', change.key, () => call(handler, change));
    }
  }

  #transformed(key: string, object: T): S | undefined {
    let value: S | undefined;
    this.#guarded('transform', key, () => (value = this.#options.transform(object)));
    return value;
  }

  #guarded(stage: 'transform' | 'index' | 'handler' | 'progress', key: string, run: () => unknown): boolean {
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

  #moved(): void {
    const { metrics, name, store, progress, namespace } = this.#options;
    metrics.objects.set({ resource: name }, store.size);
    for (const fn of progress) this.#guarded('progress', namespace ?? '', () => fn(namespace));
  }
}

/** What a list says of one object; without a value when that is what the store has. */
interface Seen<S> {
  version: string;
  value?: S;
}

type Change<S> =
  | { kind: 'add'; key: string; after: S }
  | { kind: 'update'; key: string; before: S; after: S }
  | { kind: 'delete'; key: string; before: S };

function call<S>(handler: InformerHandler<S>, change: Change<S>): void {
  if (change.kind === 'add') handler.add?.(change.after);
  else if (change.kind === 'update') handler.update?.(change.before, change.after);
  else handler.delete?.(change.before);
}
