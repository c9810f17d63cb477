import { isPrint } from '../value/unicode.ts';
import { decodeRune, encodeRune, replacementRune } from '../value/utf8.ts';

const shortEscapes: ReadonlyMap<number, string> = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [12, '\\f'],
  [10, '\\n'],
  [13, '\\r'],
  [9, '\\t'],
  [11, '\\v'],
]);

function hex(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

/** One rune as it stands inside a Go literal delimited by `quote`. */
export function escapeRune(rune: number, quote: string, ascii = false): string {
  if (rune === quote.charCodeAt(0) || rune === 0x5c) return `\\${String.fromCharCode(rune)}`;
  if (rune < 0x80 ? isPrint(rune) : !ascii && isPrint(rune)) return encodeRune(rune);
  const short = shortEscapes.get(rune);
  if (short !== undefined) return short;
  if (rune < 0x20 || rune === 0x7f) return `\\x${hex(rune, 2)}`;
  return rune < 0x10000 ? `\\u${hex(rune, 4)}` : `\\U${hex(rune, 8)}`;
}

/** Nothing to escape: printable ASCII without quote and backslash. */
const plain = /^[ !#-[\]-~]*$/;

/** `strconv.Quote`, or `QuoteToASCII` with `ascii`. */
export function quote(bytes: string, ascii = false): string {
  if (plain.test(bytes)) return `"${bytes}"`;
  let out = '"';
  for (let at = 0; at < bytes.length;) {
    const { rune, size } = decodeRune(bytes, at);
    out += rune === replacementRune && size === 1 ? `\\x${hex(bytes.charCodeAt(at), 2)}` : escapeRune(rune, '"', ascii);
    at += size;
  }
  return `${out}"`;
}

/** `strconv.QuoteRune`, or `QuoteRuneToASCII` with `ascii`. */
export function quoteRune(rune: number, ascii = false): string {
  const valid = rune >= 0 && rune <= 0x10ffff && !(rune >= 0xd800 && rune <= 0xdfff);
  return `'${escapeRune(valid ? rune : replacementRune, "'", ascii)}'`;
}

/** `strconv.CanBackquote`. */
export function canBackquote(bytes: string): boolean {
  for (let at = 0; at < bytes.length;) {
    const { rune, size } = decodeRune(bytes, at);
    at += size;
    if (size > 1) {
      if (rune === 0xfeff) return false;
      continue;
    }
    if (rune === replacementRune || (rune < 0x20 && rune !== 9) || rune === 0x60 || rune === 0x7f) return false;
  }
  return true;
}

/** One unquoted character: its rune or byte, and where the next one starts. */
export interface UnquotedChar {
  readonly bytes: string;
  readonly rune: number;
  readonly next: number;
}

const simple: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

function unquoteHex(text: string, at: number, digits: number): UnquotedChar | undefined {
  const part = text.slice(at, at + digits);
  if (part.length < digits || !/^[0-9a-fA-F]+$/.test(part)) return undefined;
  const rune = Number.parseInt(part, 16);
  if (digits === 2) return { bytes: String.fromCharCode(rune), rune, next: at + digits };
  if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff)) return undefined;
  return { bytes: encodeRune(rune), rune, next: at + digits };
}

/** `strconv.UnquoteChar`; undefined is its syntax error. */
export function unquoteChar(text: string, at: number, delimiter: string): UnquotedChar | undefined {
  const first = text[at];
  if (first === undefined || first === delimiter) return undefined;
  if (first !== '\\') {
    const { rune, size } = decodeRune(text, at);
    return { bytes: text.slice(at, at + size), rune, next: at + size };
  }
  const escape = text[at + 1] ?? '';
  const mapped = Object.hasOwn(simple, escape) ? simple[escape] : undefined;
  if (mapped !== undefined) return { bytes: mapped, rune: mapped.charCodeAt(0), next: at + 2 };
  if (escape === 'x') return unquoteHex(text, at + 2, 2);
  if (escape === 'u') return unquoteHex(text, at + 2, 4);
  if (escape === 'U') return unquoteHex(text, at + 2, 8);
  if (escape === delimiter) return { bytes: escape, rune: escape.charCodeAt(0), next: at + 2 };
  const octal = /^[0-7]{3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal === undefined) return undefined;
  const value = Number.parseInt(octal, 8);
  return value > 255 ? undefined : { bytes: String.fromCharCode(value), rune: value, next: at + 4 };
}

/** `strconv.Unquote` of a double-quoted or back-quoted literal; undefined is its syntax error. */
export function unquote(literal: string): string | undefined {
  const delimiter = literal[0];
  if (literal.length < 2 || delimiter === undefined || literal.at(-1) !== delimiter) return undefined;
  const body = literal.slice(1, -1);
  if (delimiter === '`') return body.includes('`') ? undefined : body.replaceAll('\r', '');
  if (delimiter !== '"' || body.includes('\n')) return undefined;
  if (!body.includes('\\')) return body.includes('"') ? undefined : body;
  let out = '';
  for (let at = 0; at < body.length;) {
    const char = unquoteChar(body, at, '"');
    if (char === undefined) return undefined;
    out += char.bytes;
    at = char.next;
  }
  return out;
}
