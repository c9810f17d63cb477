/** U+FFFD, which stands for each byte that is no UTF-8. */
export const replacementRune = 0xfffd;

/** The bytes of a text as a byte string. */
export function encodeText(text: string): string {
  // A text of ASCII alone is its own byte string.
  return isAscii(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

/** The text of a byte string; what is no UTF-8 becomes U+FFFD. */
export function decodeText(bytes: string): string {
  return isAscii(bytes) ? bytes : Buffer.from(bytes, 'latin1').toString('utf8');
}

/** A byte string from bytes. */
export function fromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The bytes of a byte string. */
export function toBytes(bytes: string): Uint8Array {
  return new Uint8Array(Buffer.from(bytes, 'latin1'));
}

/** True when every unit is below 0x80. */
export function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) >= 0x80) return false;
  return true;
}

/** One decoded rune. An invalid byte has the rune U+FFFD and the size 1. */
export interface Rune {
  readonly rune: number;
  readonly size: number;
}

const invalid: Rune = { rune: replacementRune, size: 1 };

function continuation(bytes: string, at: number): number {
  const unit = bytes.charCodeAt(at);
  return unit >= 0x80 && unit <= 0xbf ? unit & 0x3f : -1;
}

/** The rune that starts at `at`, by the rules of RFC 3629 (no surrogates, no overlong forms). */
export function decodeRune(bytes: string, at: number): Rune {
  const first = bytes.charCodeAt(at);
  if (first < 0x80) return { rune: first, size: 1 };
  if (first < 0xc2 || first > 0xf4) return invalid;
  const second = continuation(bytes, at + 1);
  if (second < 0) return invalid;
  if (first < 0xe0) return { rune: ((first & 0x1f) << 6) | second, size: 2 };
  const third = continuation(bytes, at + 2);
  if (third < 0) return invalid;
  if (first < 0xf0) {
    const rune = ((first & 0x0f) << 12) | (second << 6) | third;
    return rune < 0x800 || (rune >= 0xd800 && rune <= 0xdfff) ? invalid : { rune, size: 3 };
  }
  const fourth = continuation(bytes, at + 3);
  if (fourth < 0) return invalid;
  const rune = ((first & 0x07) << 18) | (second << 12) | (third << 6) | fourth;
  return rune < 0x10000 || rune > 0x10ffff ? invalid : { rune, size: 4 };
}

/** The rune that ends before `end`. */
export function decodeLastRune(bytes: string, end: number): Rune {
  for (let size = 1; size <= 4 && size <= end; size++) {
    const start = end - size;
    const unit = bytes.charCodeAt(start);
    if (unit >= 0x80 && unit <= 0xbf) continue;
    const rune = decodeRune(bytes, start);
    return rune.size === size ? rune : invalid;
  }
  return invalid;
}

/** The UTF-8 of one rune as a byte string; surrogates and values out of range give U+FFFD. */
export function encodeRune(rune: number): string {
  if (rune < 0x80 && rune >= 0) return String.fromCharCode(rune);
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  return encodeText(String.fromCodePoint(valid ? rune : replacementRune));
}

/** All runes of a byte string. */
export function runesOf(bytes: string): number[] {
  const runes: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const { rune, size } = decodeRune(bytes, at);
    runes.push(rune);
    at += size;
  }
  return runes;
}

/** A byte string from runes. */
export function fromRunes(runes: readonly number[]): string {
  let bytes = '';
  for (const rune of runes) bytes += encodeRune(rune);
  return bytes;
}

/** Number of runes. */
export function countRunes(bytes: string): number {
  if (isAscii(bytes)) return bytes.length;
  let count = 0;
  for (let at = 0; at < bytes.length; count++) at += decodeRune(bytes, at).size;
  return count;
}

/** True when all of it is UTF-8. */
export function isValidUtf8(bytes: string): boolean {
  for (let at = 0; at < bytes.length;) {
    if (bytes.charCodeAt(at) < 0x80) {
      at++;
      continue;
    }
    const { rune, size } = decodeRune(bytes, at);
    if (rune === replacementRune && size === 1) return false;
    at += size;
  }
  return true;
}
