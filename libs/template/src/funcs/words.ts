import {
  isDigit,
  isLetter,
  isLower,
  isSpace,
  isTitle,
  isUpper,
  toLowerRune,
  toTitleRune,
  toUpperRune,
} from '../value/unicode.ts';
import { encodeRune, fromRunes, runesOf } from '../value/utf8.ts';

/** What `strings.Title` takes as the end of a word: not letters, digits and underscores; of ASCII all else. */
function isSeparator(rune: number): boolean {
  if (isLetter(rune) || isDigit(rune) || rune === 0x5f) return false;
  return rune < 0x80 || isSpace(rune);
}

/** `strings.Title`: the first letter of each word in title case. */
export function title(text: string): string {
  let previous = 0x20;
  return fromRunes(
    runesOf(text).map((rune) => {
      const mapped = isSeparator(previous) ? toTitleRune(rune) : rune;
      previous = rune;
      return mapped;
    }),
  );
}

/** The first letter of each word in lower case. */
export function untitle(text: string): string {
  let next = true;
  return fromRunes(
    runesOf(text).map((rune) => {
      if (isSpace(rune)) {
        next = true;
        return rune;
      }
      const mapped = next ? toLowerRune(rune) : rune;
      next = false;
      return mapped;
    }),
  );
}

/** Upper to lower, lower to upper, and to title case at the start of a word. */
export function swapCase(text: string): string {
  let atStart = true;
  return fromRunes(
    runesOf(text).map((rune) => {
      if (isUpper(rune) || isTitle(rune)) {
        atStart = false;
        return toLowerRune(rune);
      }
      if (isLower(rune)) {
        const mapped = atStart ? toTitleRune(rune) : toUpperRune(rune);
        atStart = false;
        return mapped;
      }
      atStart = isSpace(rune);
      return rune;
    }),
  );
}

/** Each byte as if it were a rune: the reference breaks letters of several bytes here, and so do we. */
function byteRunes(text: string): number[] {
  return Array.from(text, (unit) => unit.charCodeAt(0));
}

/** The first byte of each word. */
export function initials(text: string): string {
  let afterGap = true;
  let out = '';
  for (const byte of byteRunes(text)) {
    if (isSpace(byte)) afterGap = true;
    else if (afterGap) {
      out += encodeRune(byte);
      afterGap = false;
    }
  }
  return out;
}

/** All without blanks; a text without blanks stays untouched. */
export function noSpace(text: string): string {
  const kept = byteRunes(text).filter((byte) => !isSpace(byte));
  return kept.length === text.length ? text : kept.map(encodeRune).join('');
}

/** Breaks a line at blanks so that no part is longer than `width` bytes, if `breakWords` not even within words. */
export function wrapText(text: string, width: number, newLine: string, breakWords: boolean): string {
  const limit = Math.max(width, 1);
  let out = '';
  let at = 0;
  while (text.length - at > limit) {
    if (text[at] === ' ') {
      at++;
      continue;
    }
    const blank = text.lastIndexOf(' ', at + limit);
    if (blank >= at) {
      out += text.slice(at, blank) + newLine;
      at = blank + 1;
    } else if (breakWords) {
      out += text.slice(at, at + limit) + newLine;
      at += limit;
    } else {
      const next = text.indexOf(' ', at + limit);
      if (next < 0) return out + text.slice(at);
      out += text.slice(at, next) + newLine;
      at = next + 1;
    }
  }
  return out + text.slice(at);
}

/** Shortens to `width` bytes with an ellipsis, showing the text from `offset` on. Undefined is an error, which Sprig drops. */
export function abbreviate(text: string, offset: number, width: number): string {
  if (text === '' || width < 4) return '';
  if (text.length <= width) return text;
  const shown = width - 3;
  const start = Math.min(offset, text.length);
  const left = text.length - start < shown ? text.length - shown : start;
  if (left <= 4) return `${text.slice(0, shown)}...`;
  if (width < 7) return '';
  if (left + shown < text.length) return `...${abbreviate(text.slice(left), 0, shown)}`;
  return `...${text.slice(text.length - shown)}`;
}
