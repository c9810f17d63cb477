import type { ConversionStrategy } from './external-secret.ts';

/** What a key of a Secret may not have; letters and numbers of every script are kept here. */
const REPLACED = /[^\p{L}\p{N}._-]/gu;
/** Most keys need no closer look. */
const ORDINARY = /^[A-Za-z0-9._-]*$/;

/**
 * A key with the characters replaced that a Secret's key may not have: by `_`, or by `_U<code point>_` under strategy
 * Unicode. Core converts what `find` and `extract` return; some providers do so themselves, before a rewrite sees the keys.
 */
export function convertKey(key: string, strategy: ConversionStrategy = 'Default'): string {
  if (ORDINARY.test(key)) return key;
  return key.replace(REPLACED, (character) => (strategy === 'Unicode' ? codePoint(character) : '_'));
}

function codePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  return `_U${code.toString(16).padStart(4, '0')}_`;
}
