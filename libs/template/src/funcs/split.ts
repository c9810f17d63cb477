import { decodeRune } from '../value/utf8.ts';

/** Every UTF-8 sequence of its own, at most `limit` parts. */
function explode(text: string, limit: number): string[] {
  const parts: string[] = [];
  let at = 0;
  while (at < text.length) {
    if (limit > 0 && parts.length === limit - 1) {
      parts.push(text.slice(at));
      break;
    }
    const { size } = decodeRune(text, at);
    parts.push(text.slice(at, at + size));
    at += size;
  }
  return parts;
}

/** `strings.SplitN`: a negative limit is none, zero gives null (Go's nil). */
export function splitText(text: string, separator: string, limit = -1): string[] | null {
  if (limit === 0) return null;
  if (separator === '') return explode(text, limit);
  const parts: string[] = [];
  let at = 0;
  while (limit < 0 || parts.length < limit - 1) {
    const found = text.indexOf(separator, at);
    if (found < 0) break;
    parts.push(text.slice(at, found));
    at = found + separator.length;
  }
  parts.push(text.slice(at));
  return parts;
}

/** `strings.ReplaceAll`: an empty text matches before every rune and at the end. */
export function replaceText(text: string, old: string, replacement: string): string {
  if (old !== '') return text.split(old).join(replacement);
  return ['', ...explode(text, -1), ''].join(replacement);
}
