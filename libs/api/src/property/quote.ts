import { type ByteText, INVALID_RUNE, runeAt, runeLength } from './byte-text.ts';

/**
 * A JSON string as Go's encoders write it: U+2028 and U+2029 always escaped, bytes that are not UTF-8 as `\ufffd`, and with
 * `escapeHtml` also `<`, `>` and `&`.
 */
export function quoteJson(text: ByteText, escapeHtml: boolean): ByteText {
  const out: string[] = ['"'];
  let copied = 0;
  let i = 0;
  while (i < text.length) {
    const rune = runeAt(text, i);
    const length = runeLength(rune);
    const escaped = escapeOf(rune, escapeHtml);
    if (escaped !== undefined) {
      out.push(text.slice(copied, i), escaped);
      copied = i + length;
    }
    i += length;
  }
  out.push(text.slice(copied), '"');
  return out.join('');
}

function escapeOf(rune: number, escapeHtml: boolean): string | undefined {
  switch (rune) {
    case INVALID_RUNE:
      return '\\ufffd';
    case 0x22:
      return '\\"';
    case 0x5c:
      return '\\\\';
    case 0x08:
      return '\\b';
    case 0x0c:
      return '\\f';
    case 0x0a:
      return '\\n';
    case 0x0d:
      return '\\r';
    case 0x09:
      return '\\t';
    case 0x3c:
    case 0x3e:
    case 0x26:
      return escapeHtml ? unicodeEscape(rune) : undefined;
    case 0x2028:
    case 0x2029:
      return unicodeEscape(rune);
    default:
      return rune < 0x20 ? unicodeEscape(rune) : undefined;
  }
}

function unicodeEscape(rune: number): string {
  return `\\u${rune.toString(16).padStart(4, '0')}`;
}
