import type { ConversionStrategy } from '@eso/api/resources';
import { SyncError } from '../error.ts';
import { type SecretData, sortedKeys } from './secret-data.ts';

/** What a key of a Secret may consist of; letters and numbers of every script pass here. */
const KEPT = /[\p{L}\p{N}._-]/u;

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

/** One key, see {@link convertKeys}. */
export function convertKey(key: string, strategy: ConversionStrategy = 'Default'): string {
  let converted = '';
  for (const character of key) {
    if (KEPT.test(character)) converted += character;
    else converted += strategy === 'Unicode' ? codePoint(character) : '_';
  }
  return converted;
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `_U${code.toString(16).padStart(4, '0')}_`;
}

function collision(key: string, field: string): SyncError {
  return new SyncError({
    code: 'KEY_COLLISION',
    field,
    what: `secret name collision during conversion: ${key}`,
    nextStep: 'Use conversionStrategy Unicode, or a rewrite, so that every secret gets a key of its own.',
  });
}
