import { randomBytes } from 'node:crypto';
import type { Rules } from '../rules.ts';
import type { Version } from './versions.ts';
import { VaultError } from './vault-error.ts';

/** An object with its versions, oldest first. */
export interface Item<V extends Version> {
  readonly name: string;
  readonly versions: V[];
}

/** An object that was deleted. Times are milliseconds since 1970. */
export interface DeletedItem<V extends Version> {
  readonly item: Item<V>;
  readonly deletedAt: number;
  /** From when on it can be seen, recovered and purged. */
  readonly settledAt: number;
}

/** What a shelf goes by. */
export interface ShelfSettings {
  readonly rules: Readonly<Rules>;
  readonly now: () => number;
  /** How long deletions and recoveries take, milliseconds. */
  readonly delays: { deletionMs: number; recoveryMs: number };
}

/** A new id of a version. */
export function newVersionId(): string {
  return randomBytes(16).toString('hex');
}

/** The objects of one kind in one vault, with the deleted ones. Names that differ in case alone are the same. */
export class Shelf<V extends Version> {
  /** For messages: `Secret`. */
  readonly noun: string;
  readonly #items = new Map<string, Item<V>>();
  readonly #deleted = new Map<string, DeletedItem<V>>();
  /** Until when an object is being recovered. */
  readonly #recovering = new Map<string, number>();
  readonly #settings: ShelfSettings;

  constructor(noun: string, settings: ShelfSettings) {
    this.noun = noun;
    this.#settings = settings;
  }

  /** The items by name. */
  list(): Item<V>[] {
    return [...this.#items.entries()]
      .filter(([key]) => !this.#isRecovering(key))
      .map(([, item]) => item)
      .sort(byName);
  }

  /** Adds a version, to a new item where there is none. @throws VaultError 409 for a name that is deleted or being recovered */
  add(name: string, version: V): Item<V> {
    const key = name.toLowerCase();
    this.assertFree(name);
    const item = this.#items.get(key) ?? { name, versions: [] };
    item.versions.push(version);
    this.#items.set(key, item);
    return item;
  }

  /** @throws VaultError 409 for a name that is deleted or being recovered */
  assertFree(name: string): void {
    const key = name.toLowerCase();
    const deleted = this.#deleted.get(key);
    if (this.#isRecovering(key))
      throw this.#conflict(name, 'is being recovered; try again later', 'ObjectIsBeingRecovered');
    if (!deleted || !this.#settings.rules.deletedNames) return;
    if (deleted.settledAt > this.#settings.now())
      throw this.#conflict(name, 'is being deleted; try again later', 'ObjectIsBeingDeleted');
    throw this.#conflict(
      name,
      'is deleted but recoverable, so its name cannot be used again until it is recovered or purged',
      'ObjectIsDeletedButRecoverable',
    );
  }

  /** @throws VaultError 404 */
  item(name: string): Item<V> {
    const key = name.toLowerCase();
    const item = this.#items.get(key);
    if (item && !this.#isRecovering(key)) return item;
    throw this.#absent(name);
  }

  /** Whether there is an item of this name. */
  has(name: string): boolean {
    return this.#items.has(name.toLowerCase());
  }

  /** A version, the newest without an id. @throws VaultError 404 */
  version(name: string, id?: string): { readonly item: Item<V>; readonly version: V } {
    const item = this.item(name);
    const version = id === undefined || id === '' ? item.versions.at(-1) : item.versions.find((each) => each.id === id);
    if (version) return { item, version };
    throw this.#absent(`${name}/${id ?? ''}`);
  }

  /** Deletes it with all its versions. @throws VaultError 404 */
  delete(name: string): DeletedItem<V> {
    const item = this.item(name);
    const now = this.#settings.now();
    const deleted = { item, deletedAt: now, settledAt: now + this.#settings.delays.deletionMs };
    this.#items.delete(name.toLowerCase());
    this.#deleted.set(name.toLowerCase(), deleted);
    return deleted;
  }

  /** The deleted items by name. */
  deletedList(): DeletedItem<V>[] {
    const now = this.#settings.now();
    return [...this.#deleted.values()].filter((each) => each.settledAt <= now).sort((a, b) => byName(a.item, b.item));
  }

  /** @throws VaultError 404, also while it is still being deleted */
  deleted(name: string): DeletedItem<V> {
    const found = this.#deleted.get(name.toLowerCase());
    if (found && found.settledAt <= this.#settings.now()) return found;
    const noun = this.noun.toLowerCase();
    throw new VaultError(404, `${this.noun}NotFound`, `Deleted ${noun} not found: ${name}`);
  }

  /** Brings it back, after a while. @throws VaultError 404 */
  recover(name: string): Item<V> {
    const key = name.toLowerCase();
    const { item } = this.deleted(name);
    this.#deleted.delete(key);
    this.#items.set(key, item);
    const { rules, delays, now } = this.#settings;
    if (rules.recovering) this.#recovering.set(key, now() + delays.recoveryMs);
    return item;
  }

  /** Forgets it. @throws VaultError 404 */
  purge(name: string): void {
    this.deleted(name);
    this.#deleted.delete(name.toLowerCase());
  }

  #isRecovering(key: string): boolean {
    const until = this.#recovering.get(key);
    if (until === undefined) return false;
    if (until > this.#settings.now()) return true;
    this.#recovering.delete(key);
    return false;
  }

  #conflict(name: string, what: string, inner: string): VaultError {
    return new VaultError(409, 'Conflict', `${this.noun} ${name} ${what}.`, { inner });
  }

  #absent(name: string): VaultError {
    const what = `A ${this.noun.toLowerCase()} with (name/id) ${name} was not found in this key vault. It may be deleted.`;
    return new VaultError(404, `${this.noun}NotFound`, what);
  }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}
