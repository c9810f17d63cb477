import { decodeRune, encodeRune, isAscii, runesOf } from './utf8.ts';

const letter = /^\p{L}$/u;
const digit = /^\p{Nd}$/u;
const graphic = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;
const upperCase = /^\p{Lu}$/u;
const lowerCase = /^\p{Ll}$/u;
const titleCase = /^\p{Lt}$/u;

function matches(pattern: RegExp, rune: number): boolean {
  return rune >= 0 && rune <= 0x10ffff && pattern.test(String.fromCodePoint(rune));
}

function isAsciiLetter(rune: number): boolean {
  return (rune >= 0x41 && rune <= 0x5a) || (rune >= 0x61 && rune <= 0x7a);
}

/** `unicode.IsLetter`. */
export function isLetter(rune: number): boolean {
  return rune < 0x80 ? isAsciiLetter(rune) : matches(letter, rune);
}

/** `unicode.IsDigit`. */
export function isDigit(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x30 && rune <= 0x39 : matches(digit, rune);
}

/** `unicode.IsUpper`. */
export function isUpper(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x41 && rune <= 0x5a : matches(upperCase, rune);
}

/** `unicode.IsLower`. */
export function isLower(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x61 && rune <= 0x7a : matches(lowerCase, rune);
}

/** `unicode.IsTitle`. */
export function isTitle(rune: number): boolean {
  return rune >= 0x80 && matches(titleCase, rune);
}

/** `unicode.IsPrint`: letters, marks, numbers, punctuation, symbols, and the space of ASCII. */
export function isPrint(rune: number): boolean {
  return rune < 0x80 ? rune >= 0x20 && rune < 0x7f : matches(graphic, rune);
}

/** `unicode.IsSpace`. */
export function isSpace(rune: number): boolean {
  if (rune < 0x100) return (rune >= 9 && rune <= 13) || rune === 0x20 || rune === 0x85 || rune === 0xa0;
  return (
    rune === 0x1680 ||
    (rune >= 0x2000 && rune <= 0x200a) ||
    rune === 0x2028 ||
    rune === 0x2029 ||
    rune === 0x202f ||
    rune === 0x205f ||
    rune === 0x3000
  );
}

/** Case mapping of one rune to one rune: Go has no special casing, so `ß` stays. */
function simpleCase(rune: number, mapped: string): number {
  const first = mapped.codePointAt(0) ?? rune;
  return String.fromCodePoint(first).length === mapped.length ? first : rune;
}

/** `unicode.ToUpper`. */
export function toUpperRune(rune: number): number {
  if (rune < 0x80) return rune >= 0x61 && rune <= 0x7a ? rune - 32 : rune;
  return rune > 0x10ffff ? rune : simpleCase(rune, String.fromCodePoint(rune).toUpperCase());
}

/** `unicode.ToLower`. */
export function toLowerRune(rune: number): number {
  if (rune < 0x80) return rune >= 0x41 && rune <= 0x5a ? rune + 32 : rune;
  // U+0130 lowers to two code points in ECMAScript and to `i` in Go's tables.
  if (rune === 0x130) return 0x69;
  return rune > 0x10ffff ? rune : simpleCase(rune, String.fromCodePoint(rune).toLowerCase());
}

/** The digraphs whose title case differs from their upper case: DŽ, LJ, NJ, DZ. */
const digraphs: ReadonlyMap<number, number> = new Map([
  [0x1c4, 0x1c5],
  [0x1c5, 0x1c5],
  [0x1c6, 0x1c5],
  [0x1c7, 0x1c8],
  [0x1c8, 0x1c8],
  [0x1c9, 0x1c8],
  [0x1ca, 0x1cb],
  [0x1cb, 0x1cb],
  [0x1cc, 0x1cb],
  [0x1f1, 0x1f2],
  [0x1f2, 0x1f2],
  [0x1f3, 0x1f2],
]);

/** `unicode.ToTitle`. */
export function toTitleRune(rune: number): number {
  return digraphs.get(rune) ?? toUpperRune(rune);
}

/** Maps every rune of a byte string; invalid bytes become U+FFFD, as in `strings.Map`. */
export function mapRunes(bytes: string, map: (rune: number) => number): string {
  let out = '';
  for (const rune of runesOf(bytes)) {
    const mapped = map(rune);
    if (mapped >= 0) out += encodeRune(mapped);
  }
  return out;
}

/** `strings.ToUpper`. */
export function toUpper(bytes: string): string {
  return isAscii(bytes) ? bytes.toUpperCase() : mapRunes(bytes, toUpperRune);
}

/** `strings.ToLower`. */
export function toLower(bytes: string): string {
  return isAscii(bytes) ? bytes.toLowerCase() : mapRunes(bytes, toLowerRune);
}

/** Drops runes at the start while `drop` holds. */
export function trimLeft(bytes: string, drop: (rune: number) => boolean): string {
  let at = 0;
  while (at < bytes.length) {
    const { rune, size } = decodeRune(bytes, at);
    if (!drop(rune)) break;
    at += size;
  }
  return bytes.slice(at);
}
