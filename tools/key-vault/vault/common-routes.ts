import type { Answer, Call } from '../http/exchange.ts';
import type { Route, Visit } from './routes.ts';
import type { DeletedItem, Item, Shelf } from './shelf.ts';
import type { Permissions, Vault } from './vault.ts';
import { VaultError } from './vault-error.ts';
import type { Version } from './versions.ts';
import { RECOVERABLE_DAYS } from './wire.ts';

/** What differs between secrets, keys and certificates in what is the same for all. */
export interface Kind<V extends Version> {
  readonly collection: keyof Permissions;
  readonly shelf: (vault: Vault) => Shelf<V>;
  /** A version as `get` answers it. */
  readonly bundle: (vault: Vault, item: Item<V>, version: V) => object;
  /** A version as it stands in a list, with the whole of its id or without its version. */
  readonly listed: (vault: Vault, item: Item<V>, version: V, whole: boolean) => object;
  /** A version as it stands among the deleted ones, where secrets have no value. */
  readonly remains: (vault: Vault, item: Item<V>, version: V) => object;
  /** What stands behind an item goes the same ways. */
  readonly behind?: (vault: Vault) => readonly Shelf<Version>[];
  /** Whether it stands behind a certificate, and goes only with it. */
  readonly managed: (version: V) => boolean;
}

const PAGE_SIZE = 25;
const DAY_S = 86_400;

/** Listing, deleting, recovering, purging: in this order, so that `versions` is no version. */
export function commonRoutes<V extends Version>(kind: Kind<V>): Route[] {
  const { collection, shelf } = kind;
  const route = (method: string, path: string, operation: string, run: Route['run']): Route => ({
    method,
    path,
    permission: [collection, operation],
    run,
  });
  return [
    route('GET', collection, 'list', (visit) =>
      page(
        visit,
        shelf(visit.vault).list(),
        ({ name }) => name,
        (item) => kind.listed(visit.vault, item, newest(item), false),
      ),
    ),
    route('GET', `${collection}/{name}/versions`, 'list', (visit) => {
      const item = shelf(visit.vault).item(visit.name);
      return page(
        visit,
        item.versions,
        ({ id }) => id,
        (version) => kind.listed(visit.vault, item, version, true),
      );
    }),
    route('DELETE', `${collection}/{name}`, 'delete', (visit) => remove(kind, visit)),
    route('GET', `deleted${collection}`, 'list', (visit) =>
      page(
        visit,
        shelf(visit.vault).deletedList(),
        ({ item }) => item.name,
        (deleted) => ({
          ...kind.listed(visit.vault, deleted.item, newest(deleted.item), false),
          ...tombstone(kind, visit.vault, deleted),
        }),
      ),
    ),
    route('GET', `deleted${collection}/{name}`, 'get', ({ vault, name }) => ({
      status: 200,
      body: deletedBundle(kind, vault, shelf(vault).deleted(name)),
    })),
    route('POST', `deleted${collection}/{name}/recover`, 'recover', ({ vault, name }) => {
      const { item } = shelf(vault).deleted(name);
      const body = kind.remains(vault, item, newest(item));
      shelf(vault).recover(name);
      for (const each of kind.behind?.(vault) ?? []) each.recover(name);
      return { status: 200, body };
    }),
    route('DELETE', `deleted${collection}/{name}`, 'purge', (visit) => purge(kind, visit)),
  ];
}

function remove<V extends Version>(kind: Kind<V>, { vault, name }: Visit): Answer {
  const { version } = kind.shelf(vault).version(name);
  if (kind.managed(version)) {
    throw new VaultError(
      403,
      'Forbidden',
      `Operation delete is not allowed on what stands behind a certificate: ${name}.`,
    );
  }
  const deleted = kind.shelf(vault).delete(name);
  for (const each of kind.behind?.(vault) ?? []) each.delete(name);
  return { status: 200, body: deletedBundle(kind, vault, deleted) };
}

function purge<V extends Version>(kind: Kind<V>, { vault, name, rules }: Visit): Answer {
  kind.shelf(vault).deleted(name);
  if (vault.purgeProtection && rules.purgeProtection) {
    throw new VaultError(
      403,
      'Forbidden',
      'Operation "purge" is not allowed because purge protection is enabled for this vault.',
    );
  }
  kind.shelf(vault).purge(name);
  for (const each of kind.behind?.(vault) ?? []) each.purge(name);
  return { status: 204 };
}

function deletedBundle<V extends Version>(kind: Kind<V>, vault: Vault, deleted: DeletedItem<V>): object {
  return { ...kind.remains(vault, deleted.item, newest(deleted.item)), ...tombstone(kind, vault, deleted) };
}

function tombstone<V extends Version>(kind: Kind<V>, vault: Vault, { item, deletedAt }: DeletedItem<V>): object {
  const deletedDate = Math.floor(deletedAt / 1000);
  return {
    recoveryId: `${vault.url}/deleted${kind.collection}/${item.name}`,
    deletedDate,
    scheduledPurgeDate: deletedDate + RECOVERABLE_DAYS * DAY_S,
  };
}

/** One page of a list, from the one after `$skiptoken` on. */
function page<T>(visit: Visit, all: readonly T[], key: (each: T) => string, show: (each: T) => object): Answer {
  const { call, vault, rules } = visit;
  const size = pageSize(call);
  const token = call.query.get('$skiptoken');
  const after = token === null ? undefined : Buffer.from(token, 'base64url').toString();
  const from = after === undefined ? 0 : all.findIndex((each) => key(each) === after) + 1;
  const shown = all.slice(from, from + size);
  const last = shown.at(-1);
  const query = new URLSearchParams(call.query);
  if (last !== undefined) query.set('$skiptoken', Buffer.from(key(last)).toString('base64url'));
  const more = rules.paging && from + size < all.length;
  return {
    status: 200,
    body: { value: shown.map(show), nextLink: more ? `${vault.url}${call.path}?${query.toString()}` : null },
  };
}

function pageSize({ query }: Call): number {
  const given = query.get('maxresults');
  if (given === null) return PAGE_SIZE;
  const size = Number(given);
  if (Number.isInteger(size) && size >= 1 && size <= PAGE_SIZE) return size;
  throw new VaultError(400, 'BadParameter', `maxresults is not between 1 and ${PAGE_SIZE}.`);
}

function newest<V extends Version>({ versions }: Item<V>): V {
  const version = versions.at(-1);
  if (!version) throw new Error('an item has a version');
  return version;
}
