import { createHash } from 'node:crypto';

/** What a user asks for in one ExternalSecret, as far as the model knows it: creationPolicy Owner, deletionPolicy Retain. */
export interface Wanted {
  readonly name: string;
  readonly store: string;
  /** Remote keys, which are the keys of the Secret, too. */
  readonly keys: readonly string[];
  /** Default: the name. */
  readonly target?: string;
  /** Default Periodic. */
  readonly refreshPolicy?: 'Periodic' | 'OnChange' | 'CreatedOnce';
}

/** What has to be true of one target at rest. */
export interface Target {
  readonly owner: string;
  /** The Secret holds one of these, and nothing else. */
  readonly allowed: readonly Readonly<Record<string, string>>[];
}

/** Values by remote key, by name of the store. They never change: a change in a backend alone is seen only an hour later. */
export type Stores = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * What a user may rely on once nothing happens any more, by docs/design/external-secret.md, from what users did and from nothing
 * else. It knows no events, passes or caches, and shares no code with the product.
 *
 * Operations on Secrets (deleted, edited, unlabelled) change nothing in it: an invalid target forces a full sync. A deleted
 * ExternalSecret leaves nothing: its Secret is garbage, which whoever collects it removes; so it leaves no target here.
 */
export class Model {
  readonly #stores: Stores;
  /** Specs of each living ExternalSecret since its creation, oldest first. */
  readonly #specs = new Map<string, Wanted[]>();

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  get names(): readonly string[] {
    return [...this.#specs.keys()];
  }

  /** The spec as it is now. */
  spec(name: string): Wanted {
    const spec = this.#specs.get(name)?.at(-1);
    if (!spec) throw new Error(`there is no ExternalSecret ${name}`);
    return spec;
  }

  created(wanted: Wanted): void {
    this.#specs.set(wanted.name, [wanted]);
  }

  changed(wanted: Wanted): void {
    this.#specs.get(wanted.name)?.push(wanted);
  }

  deleted(name: string): void {
    this.#specs.delete(name);
  }

  /** Every Secret that there has to be, by name; there must be no other (1.9, rename cleanup). */
  targets(): ReadonlyMap<string, Target> {
    return new Map([...this.#specs.values()].map((specs) => this.#target(specs)));
  }

  /** A changed spec is a reason to sync, except under CreatedOnce (1.7), where it counts only from the next drift on. */
  #target(specs: readonly Wanted[]): [string, Target] {
    const now = this.spec(specs[0]?.name ?? '');
    const counting = now.refreshPolicy === 'CreatedOnce' ? specs : [now];
    return [now.target ?? now.name, { owner: now.name, allowed: counting.map((spec) => this.#values(spec)) }];
  }

  #values({ store, keys }: Wanted): Record<string, string> {
    return Object.fromEntries(keys.map((key) => [key, this.#stores[store]?.[key] ?? '']));
  }
}

/** The data hash of 1.16. */
export function dataHash(data: Readonly<Record<string, string>>): string {
  const entries = Object.keys(data)
    .sort()
    .map((key) => `${key}:[${[...Buffer.from(data[key] ?? '')].join(' ')}]`);
  return createHash('sha3-224')
    .update(`map[${entries.join(' ')}]`)
    .digest('hex');
}
