import { objectKey, parseKey } from '../resource/index.ts';

/** By name of the index: the values under which an object is found. */
export type Indexers<T> = Readonly<Record<string, (object: T) => readonly string[]>>;

/** Objects by key (`namespace/name`, or `name`), by namespace, and by whatever indexes were asked for. */
export class Store<T> {
  readonly #objects = new Map<string, T>();
  readonly #namespaces = new Map<string, Set<string>>();
  readonly #indexes: Map<string, Index<T>>;

  constructor(indexers: Indexers<T> = {}) {
    this.#indexes = new Map(Object.entries(indexers).map(([name, valuesOf]) => [name, new Index(valuesOf)]));
  }

  /** Number of objects. */
  get size(): number {
    return this.#objects.size;
  }

  get(namespace: string | undefined, name: string): T | undefined {
    return this.#objects.get(objectKey({ name, ...(namespace && { namespace }) }));
  }

  getByKey(key: string): T | undefined {
    return this.#objects.get(key);
  }

  /** All objects, or those of one namespace, as a new array. */
  list(namespace?: string): T[] {
    if (namespace === undefined) return [...this.#objects.values()];
    return this.#pick(this.#namespaces.get(namespace) ?? []);
  }

  /** All keys, or those of one namespace, as a new array. */
  keys(namespace?: string): string[] {
    return [...(namespace === undefined ? this.#objects.keys() : (this.#namespaces.get(namespace) ?? []))];
  }

  /**
   * The objects that an index has under a value.
   * @throws RangeError when there is no such index
   */
  byIndex(index: string, value: string): T[] {
    return this.#pick(this.#index(index).keys(value));
  }

  /** How many they are, at the same cost whatever the number. @throws RangeError when there is no such index */
  countByIndex(index: string, value: string): number {
    return this.#index(index).count(value);
  }

  /** Their keys. @throws RangeError when there is no such index */
  indexKeys(index: string, value: string): string[] {
    return [...this.#index(index).keys(value)];
  }

  /** Adds or replaces an object. @throws whatever an indexer throws, before anything has changed */
  set(key: string, object: T): void {
    const values = [...this.#indexes.values()].map((index) => [index, index.valuesOf(object)] as const);
    this.#objects.set(key, object);
    const { namespace } = parseKey(key);
    if (namespace !== undefined) addTo(this.#namespaces, namespace, key);
    for (const [index, found] of values) index.put(key, found);
  }

  /** Removes an object; false when there was none. */
  delete(key: string): boolean {
    if (!this.#objects.delete(key)) return false;
    const { namespace } = parseKey(key);
    if (namespace !== undefined) removeFrom(this.#namespaces, namespace, key);
    for (const index of this.#indexes.values()) index.put(key, []);
    return true;
  }

  #index(name: string): Index<T> {
    const index = this.#indexes.get(name);
    if (!index)
      throw new RangeError(
        `no index ${JSON.stringify(name)}: there are ${[...this.#indexes.keys()].join(', ') || 'none'}`,
      );
    return index;
  }

  #pick(keys: Iterable<string>): T[] {
    const found: T[] = [];
    for (const key of keys) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }
}

/** One key alone, which most values of most indexes have, or several: a Set costs two hundred bytes. */
type Keys = string | Set<string>;
/** The same for the values of one key. */
type Values = string | readonly string[];

/** Keys by value, and values by key so that an object can be taken out without its old self. */
class Index<T> {
  readonly valuesOf: (object: T) => readonly string[];
  readonly #keysByValue = new Map<string, Keys>();
  readonly #valuesByKey = new Map<string, Values>();

  constructor(valuesOf: (object: T) => readonly string[]) {
    this.valuesOf = valuesOf;
  }

  keys(value: string): Iterable<string> {
    return each(this.#keysByValue.get(value));
  }

  count(value: string): number {
    const keys = this.#keysByValue.get(value);
    return typeof keys === 'string' ? 1 : (keys?.size ?? 0);
  }

  put(key: string, values: readonly string[]): void {
    for (const value of each(this.#valuesByKey.get(key))) this.#remove(value, key);
    const [first] = values;
    if (first === undefined) this.#valuesByKey.delete(key);
    else this.#valuesByKey.set(key, values.length === 1 ? first : values);
    for (const value of values) this.#add(value, key);
  }

  #add(value: string, key: string): void {
    const keys = this.#keysByValue.get(value);
    if (keys === undefined) this.#keysByValue.set(value, key);
    else if (typeof keys !== 'string') keys.add(key);
    else if (keys !== key) this.#keysByValue.set(value, new Set([keys, key]));
  }

  #remove(value: string, key: string): void {
    const keys = this.#keysByValue.get(value);
    if (keys === key) this.#keysByValue.delete(value);
    if (keys === undefined || typeof keys === 'string') return;
    keys.delete(key);
    const [first] = keys;
    if (keys.size === 1 && first !== undefined) this.#keysByValue.set(value, first);
  }
}

function each(found: Keys | Values | undefined): Iterable<string> {
  return typeof found === 'string' ? [found] : (found ?? []);
}

function addTo(sets: Map<string, Set<string>>, name: string, key: string): void {
  const set = sets.get(name);
  if (set) set.add(key);
  else sets.set(name, new Set([key]));
}

function removeFrom(sets: Map<string, Set<string>>, name: string, key: string): void {
  const set = sets.get(name);
  set?.delete(key);
  if (set?.size === 0) sets.delete(name);
}
