/** The tag or label that says that this operator wrote something, and may write it again; upstream's. */
export const MANAGED_BY = { key: 'managed-by', value: 'external-secrets' } as const;

/** Whether what has these tags or labels was written by this operator. */
export function isManaged(tags: ReadonlyMap<string, string>): boolean {
  return tags.get(MANAGED_BY.key) === MANAGED_BY.value;
}
