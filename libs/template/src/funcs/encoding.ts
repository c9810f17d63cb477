import type { FunctionContext } from '../exec/functions.ts';
import { encodeRune } from '../value/utf8.ts';
import { escapeRune } from '../strconv/quote.ts';
import { define, t } from './define.ts';

/** A text in one of the encodings: its bytes, or the offset of what does not belong there. */
type Decoded = { readonly ok: true; readonly bytes: string } | { readonly ok: false; readonly offset: number };

const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const base32Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function isLineEnd(unit: string | undefined): boolean {
  return unit === '\n' || unit === '\r';
}

/** Go's decoder of base64 with padding: line ends are skipped, an error names the offset of the offending byte. */
export function decodeGoBase64(text: string): Decoded {
  let at = 0;
  const skip = () => {
    while (isLineEnd(text[at])) at++;
  };
  const out: string[] = [];
  for (;;) {
    const quantum: number[] = [];
    while (quantum.length < 4) {
      skip();
      const unit = text[at];
      if (unit === undefined) {
        if (quantum.length === 0) return { ok: true, bytes: out.join('') };
        return { ok: false, offset: at - quantum.length };
      }
      const value = base64Alphabet.indexOf(unit);
      at++;
      if (value >= 0) quantum.push(value);
      else return unit === '=' ? endOfBase64(text, at, quantum, out) : { ok: false, offset: at - 1 };
    }
    out.push(fromSextets(quantum));
  }
}

function fromSextets(quantum: readonly number[]): string {
  const [a = 0, b = 0, c = 0, d = 0] = quantum;
  const bits = (a << 18) | (b << 12) | (c << 6) | d;
  const bytes = [bits >> 16, (bits >> 8) & 255, bits & 255].slice(0, Math.max(quantum.length - 1, 0));
  return String.fromCharCode(...bytes);
}

/** Padding was read after the digits of the last quantum. */
function endOfBase64(text: string, start: number, quantum: readonly number[], out: string[]): Decoded {
  let at = start;
  if (quantum.length < 2) return { ok: false, offset: at - 1 };
  if (quantum.length === 2) {
    while (isLineEnd(text[at])) at++;
    if (at === text.length) return { ok: false, offset: text.length };
    if (text[at] !== '=') return { ok: false, offset: at - 1 };
    at++;
  }
  while (isLineEnd(text[at])) at++;
  if (at < text.length) return { ok: false, offset: at };
  out.push(fromSextets(quantum));
  return { ok: true, bytes: out.join('') };
}

function encodeBase32(bytes: string): string {
  const out: string[] = [];
  let buffer = 0;
  let bits = 0;
  for (let at = 0; at < bytes.length; at++) {
    buffer = ((buffer << 8) | bytes.charCodeAt(at)) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) out.push(base32Alphabet.charAt((buffer >> (bits - 5)) & 31));
  }
  if (bits > 0) out.push(base32Alphabet.charAt((buffer << (5 - bits)) & 31));
  while (out.length % 8 !== 0) out.push('=');
  return out.join('');
}

/** Go's decoder of base32: line ends are dropped beforehand, so that offsets count without them. */
export function decodeBase32(input: string): Decoded {
  const text = input.replace(/[\r\n]/g, '');
  let out = '';
  for (let at = 0; at < text.length; at += 8) {
    const quantum: number[] = [];
    let ended = false;
    for (let index = 0; index < 8 && !ended; index++) {
      const place = at + index;
      const unit = text[place];
      if (unit === undefined) return { ok: false, offset: at };
      if (unit === '=' && index >= 2 && text.length - place <= 8) {
        const problem = base32Padding(text, place, index);
        if (problem !== undefined) return problem;
        ended = true;
      } else {
        const value = base32Alphabet.indexOf(unit);
        if (value < 0) return { ok: false, offset: place };
        quantum.push(value);
      }
    }
    out += fromQuintets(quantum);
    if (ended) break;
  }
  return { ok: true, bytes: out };
}

function base32Padding(text: string, place: number, digits: number): Decoded | undefined {
  // A quantum has 8 digits; too few of them for the padding is an error at the end.
  const rest = text.slice(place + 1);
  if (rest.length + digits < 7) return { ok: false, offset: text.length };
  const wrong = rest.slice(0, 7 - digits).search(/[^=]/);
  if (wrong >= 0) return { ok: false, offset: place + wrong };
  return digits === 3 || digits === 6 ? { ok: false, offset: place } : undefined;
}

function fromQuintets(quantum: readonly number[]): string {
  let out = '';
  let buffer = 0;
  let bits = 0;
  for (const quintet of quantum) {
    buffer = ((buffer << 5) | quintet) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    out += String.fromCharCode((buffer >> bits) & 255);
  }
  return out;
}

/** The reference returns the text of a decoding error as if it were the result. */
function orProblem(decoded: Decoded, encoding: string): string {
  return decoded.ok ? decoded.bytes : `illegal ${encoding} data at input byte ${decoded.offset}`;
}

function decodeHex(text: string): string {
  const wrong = text.search(/[^0-9a-fA-F]/);
  if (wrong >= 0) return `encoding/hex: invalid byte: ${describeByte(text.charCodeAt(wrong))}`;
  if (text.length % 2 === 1) return 'encoding/hex: odd length hex string';
  return Buffer.from(text, 'hex').toString('latin1');
}

/** `%#U` of a byte taken as a rune. */
function describeByte(byte: number): string {
  const code = `U+${byte.toString(16).toUpperCase().padStart(4, '0')}`;
  const printable = escapeRune(byte, '\0') === encodeRune(byte);
  return printable ? `${code} '${encodeRune(byte)}'` : code;
}

function paid(context: FunctionContext, text: string): string {
  context.budget.allocate(2 * text.length);
  return text;
}

/** Encodings of bytes. */
export const encodingFunctions = [
  define('b64enc', [t.string], t.string, (context, text) =>
    Buffer.from(paid(context, text), 'latin1').toString('base64'),
  ),
  define('b64dec', [t.string], t.string, (context, text) => orProblem(decodeGoBase64(paid(context, text)), 'base64')),
  define('b32enc', [t.string], t.string, (context, text) => encodeBase32(paid(context, text))),
  define('b32dec', [t.string], t.string, (context, text) => orProblem(decodeBase32(paid(context, text)), 'base32')),
  define('hexdec', [t.string], t.string, (context, text) => decodeHex(paid(context, text))),
];
