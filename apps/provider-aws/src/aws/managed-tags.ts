import { MANAGED_BY } from '@eso/api/server';

export { isManaged, MANAGED_BY } from '@eso/api/server';

/** What has to change about the tags of something. */
export interface TagChanges {
  /** All that are wanted, where any of them differs; otherwise none. */
  readonly set: ReadonlyMap<string, string>;
  /** Keys that are not wanted any more, never the mark of who manages it, nor tags that only AWS sets. */
  readonly remove: readonly string[];
}

/** What makes tags those that are desired, the mark of who manages it beside them. */
export function tagChanges(current: ReadonlyMap<string, string>, desired: ReadonlyMap<string, string>): TagChanges {
  const wanted = new Map([...desired, [MANAGED_BY.key, MANAGED_BY.value]]);
  const remove = [...current.keys()].filter((key) => !wanted.has(key) && !key.startsWith('aws:'));
  const same = [...wanted].every(([key, value]) => current.get(key) === value);
  return { set: same ? new Map() : wanted, remove };
}
