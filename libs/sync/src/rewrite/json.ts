/** JSON as Go reads and writes it into and out of maps: numbers are doubles, keys are sorted, `<>&` stay as they are. */
import type { Fuel } from '@eso/runtime';
import { shapeLimits } from '../bounds/limits.ts';
import { decimal } from '../data/go-format.ts';
import { sortedByBytes } from '../data/secret-data.ts';

/** A parsed object. A Map, so that a property named `__proto__` is a property like any other. */
export type JsonMap = ReadonlyMap<string, unknown>;

/** Steps for a byte that is read: 10 ns in long texts, up to 100 ns where all of it is small properties. */
const STEPS_PER_BYTE_READ = 60;
/** Steps for a value that is written, and for each of its characters. */
const STEPS_PER_VALUE_WRITTEN = 500;
const STEPS_PER_CHARACTER_WRITTEN = 10;

/**
 * Reads a JSON object; `null` counts as an empty one.
 * @throws Error whose message tells what the value is, without quoting any of it; FuelSpent
 */
export function parseObject(value: Uint8Array, fuel: Fuel): JsonMap {
  fuel.take(STEPS_PER_BYTE_READ * value.length);
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

/**
 * Compact JSON of a value or a parsed object.
 * @throws Error when it is nested too deeply; FuelSpent
 */
export function compactJson(value: unknown, fuel: Fuel, depth = 0): string {
  fuel.take(STEPS_PER_VALUE_WRITTEN);
  if (depth > shapeLimits.jsonDepth) throw new Error(`it is nested deeper than ${shapeLimits.jsonDepth} levels`);
  if (Array.isArray(value)) return `[${value.map((item) => compactJson(item, fuel, depth + 1)).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries: JsonMap = value instanceof Map ? (value as JsonMap) : new Map(Object.entries(value));
    const members = sortedByBytes(entries.keys()).map(
      (key) => `${jsonString(key, fuel)}:${compactJson(entries.get(key), fuel, depth + 1)}`,
    );
    return `{${members.join(',')}}`;
  }
  return typeof value === 'string' ? jsonString(value, fuel) : JSON.stringify(value);
}

/** Go escapes the two line separators that JavaScript used to stumble over. */
function jsonString(text: string, fuel: Fuel): string {
  fuel.take(STEPS_PER_CHARACTER_WRITTEN * text.length);
  return JSON.stringify(text).replace(/[\u2028\u2029]/g, (character) =>
    character === '\u2028' ? '\\u2028' : '\\u2029',
  );
}

/** A property as the value of a Secret: strings raw, numbers in plain decimal, null as nothing, the rest as JSON. */
export function propertyBytes(value: unknown, fuel: Fuel): Uint8Array {
  if (value === null) return new Uint8Array();
  if (typeof value === 'string') return Buffer.from(value);
  if (typeof value === 'number') return Buffer.from(decimal(value));
  return Buffer.from(compactJson(value, fuel));
}
