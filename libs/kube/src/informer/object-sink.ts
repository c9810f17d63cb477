import { errorText, type Logger } from '@eso/runtime';
import { type KubeObject, objectKey } from '../resource/index.ts';
import type { InformerMetrics } from './metrics.ts';
import type { ReflectorSink } from './reflector.ts';
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
}

/**
 * Brings what one reflector sees into the store and tells the handlers. What others throw is logged and counted, and leaves the
 * object (or the handler) as it was: it never stops the events that follow.
 */
export class ObjectSink<T extends KubeObject, S> implements ReflectorSink<T> {
  readonly #options: ObjectSinkOptions<T, S>;
  /** resourceVersion by key, of this reflector's objects alone: several share the store. */
  #versions = new Map<string, string>();

  constructor(options: ObjectSinkOptions<T, S>) {
    this.#options = options;
  }

  snapshot(): { add(objects: readonly T[]): void; commit(): void } {
    const seen = new Map<string, { version: string; value?: S }>();
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
    return { add, commit: () => this.#replace(seen) };
  }

  apply(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: T): void {
    const key = objectKey(object.metadata);
    const version = object.metadata.resourceVersion ?? '';
    if (type === 'DELETED') this.#remove(key);
    else if (this.#versions.get(key) !== version) {
      const value = this.#transformed(key, object);
      if (value !== undefined) this.#put(key, version, value);
    }
    this.#gauge();
  }

  #replace(seen: ReadonlyMap<string, { version: string; value?: S }>): void {
    for (const key of [...this.#versions.keys()]) if (!seen.has(key)) this.#remove(key);
    for (const [key, { version, value }] of seen) if (value !== undefined) this.#put(key, version, value);
    this.#gauge();
    this.#options.onSynced();
  }

  #put(key: string, version: string, value: S): void {
    const { store, handlers } = this.#options;
    const before = store.getByKey(key);
    if (!this.#guarded('index', key, () => store.set(key, value))) return;
    this.#versions.set(key, version);
    for (const handler of handlers) {
      if (before === undefined) this.#guarded('handler', key, () => handler.add?.(value));
      else this.#guarded('handler', key, () => handler.update?.(before, value));
    }
  }

  #remove(key: string): void {
    const { store, handlers } = this.#options;
    const before = store.getByKey(key);
    this.#versions.delete(key);
    store.delete(key);
    if (before === undefined) return;
    for (const handler of handlers) this.#guarded('handler', key, () => handler.delete?.(before));
  }

  #transformed(key: string, object: T): S | undefined {
    let value: S | undefined;
    this.#guarded('transform', key, () => (value = this.#options.transform(object)));
    return value;
  }

  #guarded(stage: 'transform' | 'index' | 'handler', key: string, run: () => unknown): boolean {
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

  #gauge(): void {
    const { metrics, name, store } = this.#options;
    metrics.objects.set({ resource: name }, store.size);
  }
}
