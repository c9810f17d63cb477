import { ProviderError } from '../../contract/provider-error.ts';

/** The tag or label that says that this operator wrote something, and may write it again; upstream's. */
export const MANAGED_BY = { key: 'managed-by', value: 'external-secrets' } as const;

/** Whether what has these tags or labels was written by this operator. */
export function isManaged(tags: ReadonlyMap<string, string>): boolean {
  return tags.get(MANAGED_BY.key) === MANAGED_BY.value;
}

/**
 * The tags that a push writes: those of its metadata, with the mark of who manages it.
 * @param tags `metadata.spec.tags`
 * @throws ProviderError INVALID_REQUEST where they name the mark themselves.
 */
export function markedTags(tags: Readonly<Record<string, string>> = {}): ReadonlyMap<string, string> {
  if (!Object.hasOwn(tags, MANAGED_BY.key))
    return new Map([...Object.entries(tags), [MANAGED_BY.key, MANAGED_BY.value]]);
  const field = `metadata.spec.tags.${MANAGED_BY.key}`;
  throw new ProviderError('INVALID_REQUEST', `${field} is set by the provider itself`, {
    field,
    nextStep: `remove ${field}`,
  });
}
