import { type ConversionStrategy, convertKey } from '@eso/api/resources';
import { SyncError } from '../error.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/**
 * Replaces characters that a Secret key may not have: by `_`, or by `_U<code point>_` under strategy Unicode.
 * @throws SyncError KEY_COLLISION when two keys become the same
 */
export function convertKeys(data: SecretData, strategy: ConversionStrategy = 'Default', field = 'spec'): SecretData {
  const converted = new Map<string, Uint8Array>();
  for (const key of sortedKeys(data)) {
    const target = convertKey(key, strategy);
    if (converted.has(target)) throw collision(target, field);
    converted.set(target, data.get(key) ?? new Uint8Array());
  }
  return converted;
}

function collision(key: string, field: string): SyncError {
  return new SyncError({
    code: 'KEY_COLLISION',
    field,
    what: `secret name collision during conversion: ${key}`,
    nextStep: 'Use conversionStrategy Unicode, or a rewrite, so that every secret gets a key of its own.',
  });
}
