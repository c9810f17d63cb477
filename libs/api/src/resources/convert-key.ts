import type { ConversionStrategy } from './external-secret.ts';

/** What a key of a Secret may consist of; letters and numbers of every script pass here. */
const KEPT = /[\p{L}\p{N}._-]/u;

/**
 * A key with the characters replaced that a Secret's key may not have: by `_`, or by `_U<code point>_` under strategy
 * Unicode. Core converts what `find` and `extract` return; some providers do so themselves, before a rewrite sees the keys.
 */
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
