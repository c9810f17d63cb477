/** JSON as Go reads and writes it into and out of maps: numbers are doubles, keys are sorted, `<>&` stay as they are. */
import { compareKeys } from '../data/secret-data.ts';
import { decimal } from '../data/go-format.ts';

/** A parsed object. A Map, so that a property named `__proto__` is a property like any other. */
export type JsonObject = ReadonlyMap<string, unknown>;

/** Deeper values would overflow the stack; nobody writes them by hand. */
const MAX_DEPTH = 1000;

/**
 * Reads a JSON object; `null` counts as an empty one.
 * @throws Error whose message tells what the value is, without quoting any of it
 */
export function parseObject(value: Uint8Array): JsonObject {
  let parsed: unknown;
  try {
    // Invalid UTF-8 becomes U+FFFD as in Go; a byte order mark is an error as in Go.
    parsed = JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(value));
  } catch {
    throw new Error('it is not valid JSON');
  }
  if (parsed === null) return new Map();
  if (Array.isArray(parsed)) throw new Error('it is an array, not an object');
  if (typeof parsed !== 'object') throw new Error(`it is a ${typeof parsed}, not an object`);
  return new Map(Object.entries(parsed));
}

/** Compact JSON of a value or a parsed object. */
export function compactJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new Error(`it is nested deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return `[${value.map((item) => compactJson(item, depth + 1)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = value instanceof Map ? [...(value as JsonObject)] : Object.entries(value);
    entries.sort(([a], [b]) => compareKeys(a, b));
    return `{${entries.map(([key, item]) => `${jsonString(key)}:${compactJson(item, depth + 1)}`).join(',')}}`;
  }
  return typeof value === 'string' ? jsonString(value) : JSON.stringify(value);
}

/** Go escapes the two line separators that JavaScript used to stumble over. */
const jsonString = (text: string): string =>
  JSON.stringify(text).replace(/[\u2028\u2029]/g, (character) => (character === '\u2028' ? '\\u2028' : '\\u2029'));

/** A property as the value of a Secret: strings raw, numbers in plain decimal, null as nothing, the rest as JSON. */
export function propertyBytes(value: unknown): Uint8Array {
  if (value === null) return new Uint8Array();
  if (typeof value === 'string') return Buffer.from(value);
  if (typeof value === 'number') return Buffer.from(decimal(value));
  return Buffer.from(compactJson(value));
}
