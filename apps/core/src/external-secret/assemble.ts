import { mergeData, prepareMap, prepareValue, type RenderTransform, type SecretData } from '@eso/sync';
import type { Fetched } from './fetch.ts';

/**
 * Lays what was fetched over each other, in order, each source converted, checked and decoded.
 * @throws SyncError of the first source that cannot be used
 */
export function assemble(fetched: readonly Fetched[], options: { renderTransform?: RenderTransform } = {}): SecretData {
  return mergeData(
    fetched.map((one) =>
      'values' in one ? prepareMap(one.source, one.values, options) : prepareValue(one.source, one.value),
    ),
  );
}
