import { byteText, type ByteText, byteTextToBytes, utf8ByteText } from './byte-text.ts';
import { JsonNumber } from './json-number.ts';
import { quoteJson } from './quote.ts';

/** What can be written as JSON. Bytes are written as a string and are taken for UTF-8; a `JsonNumber` keeps its spelling. */
export type JsonInput =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | JsonNumber
  | readonly JsonInput[]
  | ReadonlyMap<string, JsonInput>
  | { readonly [key: string]: JsonInput };

/** How JSON is written. */
export interface CanonicalJsonOptions {
  /** Writes `<`, `>` and `&` as `\u003c`, `\u003e` and `\u0026`, which Go's encoder does unless told not to. Default false. */
  readonly escapeHtml?: boolean;
}

/** Deepest nesting that is written or parsed: what is done level by level needs the call stack. */
export const MAX_TREE_DEPTH = 1_000;

/**
 * Compact JSON with keys sorted by their UTF-8 bytes, byte for byte what Go writes: values that are compared with what upstream
 * stored must not differ in spelling. U+2028 and U+2029 are always escaped, what is no UTF-8 becomes U+FFFD.
 * @throws TypeError for what JSON cannot say (`undefined`, NaN, a function), or what is nested deeper than 1,000 levels.
 */
export function canonicalJson(value: JsonInput, options: CanonicalJsonOptions = {}): Uint8Array {
  return byteTextToBytes(canonicalText(value, options.escapeHtml ?? false));
}

/** The same as byte text. */
export function canonicalText(value: JsonInput, html: boolean): ByteText {
  return write(value, html, 0);
}

function write(value: JsonInput, html: boolean, depth: number): ByteText {
  if (depth > MAX_TREE_DEPTH) throw new TypeError(`the value is nested deeper than ${MAX_TREE_DEPTH} levels`);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return numberText(value);
  if (typeof value === 'string') return quoteJson(utf8ByteText(value), html);
  if (typeof value !== 'object') throw new TypeError(`a ${typeof value} cannot be written as JSON`);
  if (value instanceof JsonNumber) return value.text;
  if (value instanceof Uint8Array) return quoteJson(byteText(value), html);
  if (isArray(value)) return `[${value.map((item) => write(item, html, depth + 1)).join(',')}]`;
  const entries = isMap(value) ? [...value] : Object.entries(value);
  const members = entries
    .map(([key, member]) => ({ key: utf8ByteText(key), member }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key, member }) => `${quoteJson(key, html)}:${write(member, html, depth + 1)}`);
  return `{${members.join(',')}}`;
}

function numberText(value: number): string {
  if (!Number.isFinite(value)) throw new TypeError('a number that is not finite cannot be written as JSON');
  return Object.is(value, -0) ? '-0' : JSON.stringify(value);
}

function isArray(value: object): value is readonly JsonInput[] {
  return Array.isArray(value);
}

function isMap(value: object): value is ReadonlyMap<string, JsonInput> {
  return value instanceof Map;
}
