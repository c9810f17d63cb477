import { byteText, type ByteText, toBytes, utf8ByteText } from './byte-text.ts';
import { quoteJson } from './quote.ts';

/** What can be written as JSON. Bytes are written as a string and are taken for UTF-8. */
export type JsonInput =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly JsonInput[]
  | ReadonlyMap<string, JsonInput>
  | { readonly [key: string]: JsonInput };

/** How JSON is written. */
export interface SortedJsonOptions {
  /** Writes `<`, `>` and `&` as `\u003c`, `\u003e` and `\u0026`, which Go's encoder does unless told not to. Default false. */
  readonly escapeHtml?: boolean;
}

/**
 * Compact JSON with keys sorted by their UTF-8 bytes, byte for byte what Go writes: values that are compared with what upstream
 * stored must not differ in spelling.
 */
export function sortedJson(value: JsonInput, options: SortedJsonOptions = {}): Uint8Array {
  return toBytes(write(value, options.escapeHtml ?? false));
}

function write(value: JsonInput, html: boolean): ByteText {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return JSON.stringify(value);
  if (typeof value === 'string') return quoteJson(utf8ByteText(value), html);
  if (value instanceof Uint8Array) return quoteJson(byteText(value), html);
  if (isArray(value)) return `[${value.map((item) => write(item, html)).join(',')}]`;
  const entries = isMap(value) ? [...value] : Object.entries(value);
  const members = entries
    .map(([key, member]) => ({ key: utf8ByteText(key), member }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ key, member }) => `${quoteJson(key, html)}:${write(member, html)}`);
  return `{${members.join(',')}}`;
}

function isArray(value: object): value is readonly JsonInput[] {
  return Array.isArray(value);
}

function isMap(value: object): value is ReadonlyMap<string, JsonInput> {
  return value instanceof Map;
}
