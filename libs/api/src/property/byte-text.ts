/**
 * Bytes written as text with one character (U+0000 to U+00FF) per byte. Documents are read in this form, because cutting
 * slices out of a string is free in V8 and no byte is changed, whether the document is valid UTF-8 or not. Comparing two of
 * them with `<` compares bytes.
 */
export type ByteText = string;

/** What {@link runeAt} answers where no valid UTF-8 sequence starts. */
export const INVALID_RUNE = -1;

/** The bytes as byte text. */
export function byteText(bytes: Uint8Array): ByteText {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The UTF-8 encoding of ordinary text as byte text. A lone surrogate becomes U+FFFD. */
export function utf8ByteText(text: string): ByteText {
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Byte text back to bytes, in memory of their own. */
export function byteTextToBytes(text: ByteText): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** Byte text read as UTF-8. Each byte that belongs to no character becomes one U+FFFD, as in Go. */
export function utf8Decoded(text: ByteText): string {
  const decoded = Buffer.from(text, 'latin1').toString('utf8');
  return decoded.includes('\ufffd') ? decodeBytewise(text) : decoded;
}

/** A decoder of the platform takes several stray bytes together; Go does not. */
function decodeBytewise(text: ByteText): string {
  const out: string[] = [];
  for (let i = 0; i < text.length;) {
    const rune = runeAt(text, i);
    out.push(rune === INVALID_RUNE ? '\ufffd' : String.fromCodePoint(rune));
    i += runeLength(rune);
  }
  return out.join('');
}

/** The code point whose UTF-8 encoding starts at `i`, or {@link INVALID_RUNE} (overlong forms and surrogates included). */
export function runeAt(text: ByteText, i: number): number {
  const lead = text.charCodeAt(i);
  if (lead < 0x80) return lead;
  const length =
    lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : lead >= 0xf0 && lead < 0xf5 ? 4 : 0;
  if (length === 0 || i + length > text.length) return INVALID_RUNE;
  let rune = lead & (0xff >> (length + 1));
  for (let k = 1; k < length; k++) {
    const next = text.charCodeAt(i + k);
    if ((next & 0xc0) !== 0x80) return INVALID_RUNE;
    rune = (rune << 6) | (next & 0x3f);
  }
  return runeLength(rune) === length && (rune < 0xd800 || rune > 0xdfff) ? rune : INVALID_RUNE;
}

/** How many bytes a code point takes; an invalid one is the single byte that was not understood. */
export function runeLength(rune: number): number {
  if (rune < 0x80) return 1;
  if (rune < 0x800) return 2;
  return rune < 0x10000 ? 3 : rune <= 0x10ffff ? 4 : 0;
}

/** The UTF-8 encoding of a code point as byte text; a surrogate becomes U+FFFD. */
export function runeToByteText(rune: number): ByteText {
  return utf8ByteText(String.fromCodePoint(rune));
}
