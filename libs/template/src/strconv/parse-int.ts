/** Why a text is no number: Go's two reasons, whose texts appear in messages. */
export type NumberProblem = 'invalid syntax' | 'value out of range';

/** A parsed number, or the reason why it is none, with the nearest value that Go returns beside the error. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: NumberProblem; readonly nearest: T };

const syntax: Parsed<bigint> = { ok: false, problem: 'invalid syntax', nearest: 0n };

/** In base 0 an underscore may only stand between digits, or between the base prefix and a digit. */
function underscoresAreWellPlaced(text: string): boolean {
  const digits = text.replace(/^[+-]/, '');
  const body = digits.replace(/^0[xXoObB]/, '0');
  return !/__|_$|^_|_[^0-9a-fA-F]|[^0-9a-fA-F]_/.test(body);
}

function digitsOf(text: string, base: number): { digits: string; base: number } | undefined {
  if (base !== 0) return { digits: text, base };
  if (text.includes('_')) {
    if (!underscoresAreWellPlaced(text)) return undefined;
    text = text.replaceAll('_', '');
  }
  if (!text.startsWith('0')) return { digits: text, base: 10 };
  const marker = text[1]?.toLowerCase();
  if (text.length >= 3 && marker === 'x') return { digits: text.slice(2), base: 16 };
  if (text.length >= 3 && marker === 'o') return { digits: text.slice(2), base: 8 };
  if (text.length >= 3 && marker === 'b') return { digits: text.slice(2), base: 2 };
  return { digits: text.length > 1 ? text.slice(1) : text, base: text.length > 1 ? 8 : 10 };
}

function magnitude(text: string, base: number): bigint | undefined {
  const parts = digitsOf(text, base);
  if (parts === undefined || parts.digits === '') return undefined;
  const allowed = '0123456789abcdefghijklmnopqrstuvwxyz'.slice(0, parts.base);
  let value = 0n;
  // No 64-bit number is longer than 64 digits, leading zeros aside.
  const digits = parts.digits.toLowerCase().replace(/^0+(?=.)/, '');
  for (const digit of digits) {
    const weight = allowed.indexOf(digit);
    if (weight < 0) return undefined;
    if (value < 1n << 72n) value = value * BigInt(parts.base) + BigInt(weight);
  }
  return value;
}

const maxUint64 = (1n << 64n) - 1n;
const maxInt64 = (1n << 63n) - 1n;

/** `strconv.ParseUint(text, base, 64)`; base 0 follows the prefix. */
export function parseUint(text: string, base = 0): Parsed<bigint> {
  const value = magnitude(text, base);
  if (value === undefined) return syntax;
  return value > maxUint64 ? { ok: false, problem: 'value out of range', nearest: maxUint64 } : { ok: true, value };
}

/** `strconv.ParseInt(text, base, 64)`; base 0 follows the prefix. */
export function parseInt64(text: string, base = 0): Parsed<bigint> {
  const negative = text.startsWith('-');
  const value = magnitude(negative || text.startsWith('+') ? text.slice(1) : text, base);
  if (value === undefined) return syntax;
  const limit = negative ? maxInt64 + 1n : maxInt64;
  if (value > limit) return { ok: false, problem: 'value out of range', nearest: negative ? -limit : limit };
  return { ok: true, value: negative ? -value : value };
}
