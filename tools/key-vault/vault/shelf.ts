import { randomBytes } from 'node:crypto';
import type { Version } from './versions.ts';
import { VaultError } from './vault-error.ts';

/** An object with its versions, oldest first. */
export interface Item<V extends Version> {
  readonly name: string;
  readonly versions: V[];
}

/** A new id of a version. */
export function newVersionId(): string {
  return randomBytes(16).toString('hex');
}

/** The objects of one kind in one vault. Names differ in more than their case. */
export class Shelf<V extends Version> {
  readonly #items = new Map<string, Item<V>>();

  /** For messages: `Secret`. */
  readonly noun: string;

  constructor(noun: string) {
    this.noun = noun;
  }

  /** The items by name. */
  list(): Item<V>[] {
    return [...this.#items.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** Adds a version, to a new item where there is none. */
  add(name: string, version: V): void {
    const item = this.#items.get(name.toLowerCase());
    if (item) item.versions.push(version);
    else this.#items.set(name.toLowerCase(), { name, versions: [version] });
  }

  /** @throws VaultError 404 */
  item(name: string): Item<V> {
    const item = this.#items.get(name.toLowerCase());
    if (item) return item;
    throw this.#absent(name);
  }

  /** A version, the newest without an id. @throws VaultError 404 */
  version(name: string, id?: string): { readonly item: Item<V>; readonly version: V } {
    const item = this.item(name);
    const version = id === undefined || id === '' ? item.versions.at(-1) : item.versions.find((each) => each.id === id);
    if (version) return { item, version };
    throw this.#absent(`${name}/${id ?? ''}`);
  }

  #absent(name: string): VaultError {
    return new VaultError(
      404,
      `${this.noun}NotFound`,
      `A ${this.noun.toLowerCase()} with (name/id) ${name} was not found in this key vault. It may have been deleted or recovered before.`,
    );
  }
}
