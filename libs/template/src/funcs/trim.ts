import { isSpace } from '../value/unicode.ts';
import { decodeLastRune, decodeRune, runesOf } from '../value/utf8.ts';

/** Drops runes for which `drop` holds from both ends. */
function trimWhere(text: string, drop: (rune: number) => boolean): string {
  let start = 0;
  let end = text.length;
  while (start < end) {
    const { rune, size } = decodeRune(text, start);
    if (!drop(rune)) break;
    start += size;
  }
  while (end > start) {
    const { rune, size } = decodeLastRune(text, end);
    if (!drop(rune)) break;
    end -= size;
  }
  return text.slice(start, end);
}

/** `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  return trimWhere(text, isSpace);
}

/** `strings.Trim` with a set of runes. */
export function trimSet(text: string, set: string): string {
  const runes = new Set(runesOf(set));
  return trimWhere(text, (rune) => runes.has(rune));
}
