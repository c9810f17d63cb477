import { type ByteText, runeToByteText } from './byte-text.ts';

const SIMPLE: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

/**
 * The text inside a JSON string with its escapes resolved. Stops at the first control character or escape that JSON does not
 * know, as gjson does; in valid JSON there is none.
 */
export function unescapeJson(inner: ByteText): ByteText {
  if (!inner.includes('\\')) return inner;
  const out: string[] = [];
  let i = 0;
  while (i < inner.length) {
    const plain = plainEnd(inner, i);
    out.push(inner.slice(i, plain));
    if (inner[plain] !== '\\' || plain + 1 >= inner.length) break;
    const escape = inner.charAt(plain + 1);
    const simple = SIMPLE[escape];
    if (simple !== undefined) {
      out.push(simple);
      i = plain + 2;
    } else if (escape === 'u' && plain + 6 <= inner.length) {
      const { text, next } = unicodeEscape(inner, plain);
      out.push(text);
      i = next;
    } else {
      break;
    }
  }
  return out.join('');
}

/** Index of the next backslash or control character. */
function plainEnd(text: ByteText, from: number): number {
  let i = from;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x20 || c === 0x5c) break;
  }
  return i;
}

/** Reads `\uXXXX` at `i`, and a second one right behind it when the first is a surrogate. */
function unicodeEscape(text: ByteText, i: number): { text: ByteText; next: number } {
  const first = hex4(text, i + 2);
  if (first < 0xd800 || first > 0xdfff) return { text: runeToByteText(first), next: i + 6 };
  if (text.length < i + 12 || text[i + 6] !== '\\' || text[i + 7] !== 'u') return { text: REPLACEMENT, next: i + 6 };
  const second = hex4(text, i + 8);
  const pair = first < 0xdc00 && second >= 0xdc00 && second <= 0xdfff;
  const rune = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
  return { text: pair ? runeToByteText(rune) : REPLACEMENT, next: i + 12 };
}

const REPLACEMENT = runeToByteText(0xfffd);

/** Four hexadecimal digits; zero when they are not. */
function hex4(text: ByteText, i: number): number {
  const digits = text.slice(i, i + 4);
  return /^[0-9a-fA-F]{4}$/.test(digits) ? Number.parseInt(digits, 16) : 0;
}
