import type { ByteText } from '../byte-text.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Whether an object or an array begins with it. */
export function isOpening(c: string | undefined): boolean {
  return c === '{' || c === '[';
}

/** Index behind the string whose opening quote is at `open`, or -1 when it is never closed. */
export function stringEnd(text: ByteText, open: number): number {
  for (let quote = text.indexOf('"', open + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let first = quote;
    while (first - 1 > open && text.charCodeAt(first - 1) === BACKSLASH) first--;
    if ((quote - first) % 2 === 0) return quote + 1;
  }
  return -1;
}

/**
 * Index behind the bracket that closes the one at `open`; brackets in strings do not count. Any kind of bracket closes any
 * other: documents are not validated here. An unclosed one reaches to the end of the text, and one character past it when
 * the text ends inside a string, which callers take as "nothing follows, not even an end".
 */
export function containerEnd(text: ByteText, open: number): number {
  let depth = 1;
  for (let i = open + 1; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case QUOTE: {
        const end = stringEnd(text, i);
        if (end < 0) return text.length + 1;
        i = end - 1;
        break;
      }
      case 0x5b: // [
      case 0x7b: // {
      case 0x28: // (
        depth++;
        break;
      case 0x5d: // ]
      case 0x7d: // }
      case 0x29: // )
        if (--depth === 0) return i + 1;
        break;
    }
  }
  return text.length;
}

/** The string or bracketed part that starts at `start`, to the end of the text when it is never closed. */
export function balanced(text: ByteText, start: number): ByteText {
  if (text.charCodeAt(start) !== QUOTE) return text.slice(start, containerEnd(text, start));
  const end = stringEnd(text, start);
  return end < 0 ? text.slice(start) : text.slice(start, end);
}

/** Index behind the number at `start`: it ends at white space, a comma or a closing bracket. */
export function numberEnd(text: ByteText, start: number): number {
  let i = start + 1;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c <= 0x20 || c === 0x2c || c === 0x5d || c === 0x7d) break;
  }
  return i;
}

/** Index behind the word at `start`: it ends at the first character that is not a lower-case letter. */
export function wordEnd(text: ByteText, start: number): number {
  let i = start + 1;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x61 || c > 0x7a) break;
  }
  return i;
}

/** The text without white space and control characters at both ends. */
export function trimmed(text: ByteText): ByteText {
  let from = 0;
  let to = text.length;
  while (from < to && text.charCodeAt(from) <= 0x20) from++;
  while (to > from && text.charCodeAt(to - 1) <= 0x20) to--;
  return text.slice(from, to);
}
