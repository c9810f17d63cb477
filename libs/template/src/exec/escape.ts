import { isPrint } from '../value/unicode.ts';
import { decodeRune, encodeRune } from '../value/utf8.ts';

const html: Readonly<Record<string, string>> = {
  '\0': encodeRune(0xfffd),
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
};

/** text/template's `html`. */
export function escapeHtml(text: string): string {
  return text.replace(/["'&<>\0]/g, (char) => html[char] ?? char);
}

const js: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};

function unicodeEscape(rune: number): string {
  return `\\u${rune.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** text/template's `js`. */
export function escapeJs(text: string): string {
  let out = '';
  for (let at = 0; at < text.length;) {
    const { rune, size } = decodeRune(text, at);
    const bytes = text.slice(at, at + size);
    at += size;
    const escaped = js[bytes];
    if (escaped !== undefined) out += escaped;
    // U+FFFD is printable, so that an invalid byte stays as it is.
    else if (rune < 0x80 ? rune >= 0x20 : isPrint(rune)) out += bytes;
    else out += unicodeEscape(rune);
  }
  return out;
}

/** `url.QueryEscape`. */
export function escapeQuery(text: string): string {
  return text.replace(/[^A-Za-z0-9\-_.~]/g, (byte) =>
    byte === ' ' ? '+' : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}
