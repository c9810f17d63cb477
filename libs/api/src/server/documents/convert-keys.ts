import { ProviderError } from '../../contract/provider-error.ts';
import { convertKey } from '../../resources/convert-key.ts';
import type { Find } from '../backend.ts';

/**
 * What a find brought, under keys that a Secret can have, for backends that convert before a rewrite sees the keys.
 * @throws ProviderError KEY_COLLISION when two keys become the same: neither may be lost in silence
 */
export function convertFoundKeys<T>(found: ReadonlyMap<string, T>, { conversionStrategy }: Find): Map<string, T> {
  const converted = new Map<string, T>();
  for (const [key, value] of found) {
    const target = convertKey(key, conversionStrategy);
    if (converted.has(target))
      throw new ProviderError('KEY_COLLISION', `secret name collision during conversion: ${target}`, { field: 'find' });
    converted.set(target, value);
  }
  return converted;
}
