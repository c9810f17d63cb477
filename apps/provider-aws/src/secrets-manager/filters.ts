import type { Filter } from '@aws-sdk/client-secrets-manager';
import type { Find } from '@eso/api/server';
import type { ListedSecret } from './secret.ts';

/** AWS takes no more filters in one request. */
const MAX_FILTERS = 10;
/** What AWS takes as the value of a filter, but for a leading `!`, which would turn the filter round. */
const FILTER_VALUE = /^(?!!)[a-zA-Z0-9 :_@/+=.!-]{1,512}/;

/**
 * Filters that spare listing what is not wanted. They cannot decide: AWS compares beginnings, each key and each value for itself,
 * and takes ten filters and few characters. What a filter cannot say is left to `selectedBy`.
 */
export function filtersOf({ path, tags }: Pick<Find, 'path' | 'tags'>): Filter[] {
  const wanted = [
    ...(path === undefined ? [] : [filter('name', path)]),
    ...[...tags].flatMap(([key, value]) => [filter('tag-key', key), filter('tag-value', value)]),
  ];
  return wanted.flat().slice(0, MAX_FILTERS);
}

/** The longest beginning that AWS takes: a filter by it lets through all that the whole value would. */
function filter(key: NonNullable<Filter['Key']>, value: string): Filter[] {
  const [beginning] = FILTER_VALUE.exec(value) ?? [];
  return beginning === undefined ? [] : [{ Key: key, Values: [beginning] }];
}

/** Whether a secret has the beginning and all the tags, each with exactly its value, that a find asks for. */
export function selectedBy({ path = '', tags }: Pick<Find, 'path' | 'tags'>, secret: ListedSecret): boolean {
  return secret.name.startsWith(path) && [...tags].every(([key, value]) => secret.tags.get(key) === value);
}
