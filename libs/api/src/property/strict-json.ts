import { type ByteText, utf8Decoded } from './byte-text.ts';

/** Deepest nesting of a document that is read strictly; Go's decoder has the same limit. */
export const MAX_JSON_DEPTH = 10_000;

/** Whether the text is one JSON value (RFC 8259) with nothing but white space around it. Bytes need not be UTF-8. */
export function isValidJson(text: ByteText): boolean {
  const end = strictValueEnd(text, skipSpace(text, 0));
  return end >= 0 && skipSpace(text, end) === text.length;
}

/** What {@link strictValueEnd} answers where it stopped because of {@link MAX_JSON_DEPTH}. */
export const TOO_DEEP = -2;

/**
 * Index behind the JSON value that starts at `start`, -1 when none does, {@link TOO_DEEP} when it is nested deeper than
 * {@link MAX_JSON_DEPTH}.
 * Keeps a stack of its own, so that no document can exhaust the call stack.
 */
export function strictValueEnd(text: ByteText, start: number): number {
  const closers: string[] = [];
  let i = start;
  do {
    const closer = text[i] === '{' ? '}' : text[i] === '[' ? ']' : undefined;
    const inside = closer === undefined ? -1 : skipSpace(text, i + 1);
    if (closer !== undefined && closers.length === MAX_JSON_DEPTH) return TOO_DEEP;
    if (closer !== undefined && text[inside] !== closer) {
      closers.push(closer);
      i = closer === '}' ? memberValueStart(text, inside) : inside;
    } else {
      i = closer === undefined ? scalarEnd(text, i) : inside + 1;
      if (i >= 0) i = leaveValue(text, i, closers);
    }
    if (i < 0) return -1;
  } while (closers.length > 0);
  return i;
}

/** From behind a value to the start of the next one; closes what ends here. With nothing left open: `from` or behind it. */
function leaveValue(text: ByteText, from: number, closers: string[]): number {
  let i = from;
  while (closers.length > 0) {
    i = skipSpace(text, i);
    if (text[i] === ',') {
      i = skipSpace(text, i + 1);
      return closers.at(-1) === '}' ? memberValueStart(text, i) : i;
    }
    if (text[i] !== closers.at(-1)) return -1;
    closers.pop();
    i++;
  }
  return i;
}

/** Index of the value of the object member whose key starts at `keyStart`, or -1. */
export function memberValueStart(text: ByteText, keyStart: number): number {
  const end = text[keyStart] === '"' ? strictStringEnd(text, keyStart) : -1;
  if (end < 0) return -1;
  const colon = skipSpace(text, end);
  return text[colon] === ':' ? skipSpace(text, colon + 1) : -1;
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

function scalarEnd(text: ByteText, start: number): number {
  if (text[start] === '"') return strictStringEnd(text, start);
  for (const word of ['true', 'false', 'null']) if (text.startsWith(word, start)) return start + word.length;
  NUMBER.lastIndex = start;
  return NUMBER.test(text) ? NUMBER.lastIndex : -1;
}

/** Index behind the string whose quote is at `open`; -1 when it is not closed or holds what JSON forbids. */
export function strictStringEnd(text: ByteText, open: number): number {
  for (let i = open + 1; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20) return -1;
    if (c === 0x22) return i + 1;
    if (c !== 0x5c) continue;
    i++;
    if (text[i] === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(i + 1, i + 5))) i += 4;
    else if (!'"\\/bfnrt'.includes(text[i] ?? 'x')) return -1;
  }
  return -1;
}

/** Index of the next character that is not JSON's white space. */
export function skipSpace(text: ByteText, from: number): number {
  let i = from;
  while (i < text.length && ' \t\n\r'.includes(text.charAt(i))) i++;
  return i;
}

/** The text of a valid JSON string, as Go's decoder reads it: bytes and surrogates that make no character become U+FFFD. */
export function decodeString(raw: ByteText): string {
  return (JSON.parse(utf8Decoded(raw)) as string).toWellFormed();
}
