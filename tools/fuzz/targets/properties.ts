import { isDeepStrictEqual } from 'node:util';
import { Fuel, FuelSpent } from '@eso/runtime';
import { ProviderError } from '../../../libs/api/src/contract/provider-error.ts';
import { canonicalDocumentSync } from '../../../libs/api/src/property/json-document.ts';
import { jsonObjectToMap } from '../../../libs/api/src/property/object-to-map.ts';
import { readPropertySync } from '../../../libs/api/src/property/read-property.ts';
import { writePropertySync } from '../../../libs/api/src/property/write-property.ts';
import { attempt, must, partsOf, type Target, wordFor } from '../target.ts';

/** A path that has one meaning in every language: names with dots between them. */
const PLAIN = /^[a-z][a-z0-9_]{0,20}(?:\.[a-z][a-z0-9_]{0,20}){0,9}$/;
const FUEL = 30_000_000;

/** Reads and writes a JSON document by a property path: path, document and value, divided by NUL. */
export const properties: Target = {
  name: 'properties',
  maxBytes: 8_192,
  dictionary: [
    ...['#', '#(', ')#', '@this', '@reverse', '@flatten', '@join', '@keys', '@values', '@tostr', '@fromstr', '@group'],
    ...['@dig:', '@pretty:', '@ugly', '|', '..', '*', '?', '\\', '==', '!=', '%', '!%', '<=', '~true', '"', '{', '}'],
    ...['[', ']', ':', ',', '\0', 'a', 'b', '0', '-1', 'null', 'true', '1e400', '-0', '1.0', '12345678901234567890'],
    ...['"a":', '{"a":1}', '[1,2]', '\\u0000', '\\ud800', '\\"', '.#', '#.a', '(a>1)', '\xff', '{a,b}', '[a,"b":a]'],
  ],
  run(input) {
    const [path = Buffer.alloc(0), document = Buffer.alloc(0), value = Buffer.alloc(0)] = partsOf(input, 3);
    const property = path.toString();
    const fuel = new Fuel(FUEL);
    const read = attempt(() => readPropertySync(document, property, 'path', fuel), ProviderError, FuelSpent);
    attempt(() => readPropertySync(document, property, 'literalThenPath', new Fuel(FUEL)), ProviderError, FuelSpent);
    if ('value' in read && PLAIN.test(property)) agrees(document, property, read.value);
    return `${wordFor(read)}, ${written(document, property, value)}, ${members(document)}`;
  },
};

/** What a plain path finds in a valid document with keys that come once is what walking over the parsed one finds. */
function agrees(document: Buffer, property: string, read: Uint8Array | undefined): void {
  const parsed = plainJson(document);
  if (parsed === undefined) return;
  let found: unknown = parsed;
  for (const name of property.split('.')) {
    const isObject = typeof found === 'object' && found !== null && !Array.isArray(found);
    found = isObject && Object.hasOwn(found as object, name) ? (found as Record<string, unknown>)[name] : undefined;
    if (found === undefined) break;
  }
  must((read === undefined) === (found === undefined), 'a plain path finds what is there, and nothing else');
  if (read === undefined) return;
  const text = Buffer.from(read).toString();
  if (typeof found === 'string') must(text === found.toWellFormed(), 'a text is its text');
  else if (found === null) must(text === '', 'null is empty');
  // What no double holds is written as Go writes it.
  else if (found !== Infinity && found !== -Infinity)
    must(isDeepStrictEqual(JSON.parse(text), found), 'any other value is its JSON');
}

function written(document: Buffer, property: string, value: Buffer): string {
  const write = (into: Uint8Array) => writePropertySync(into, property, value, new Fuel(FUEL));
  const first = attempt(() => write(document), ProviderError, FuelSpent);
  if (!('value' in first) || !first.value) return wordFor(first);
  const text = Buffer.from(first.value);
  must(isJson(text), 'a document that was written is JSON');
  const isPlain = PLAIN.test(property) && plainJson(document) !== undefined;
  if (!isPlain) return 'written';
  const back = readPropertySync(text, property, 'path', new Fuel(Infinity));
  must(back !== undefined && Buffer.from(back).equals(Buffer.from(value.toString())), 'what was written is read');
  const again = write(text);
  must(again !== undefined && text.equals(again), 'writing it once more changes nothing');
  return 'written plain';
}

function members(document: Buffer): string {
  const exact = attempt(() => jsonObjectToMap(document, new Fuel(FUEL)), ProviderError, FuelSpent);
  const decoded = attempt(
    () => jsonObjectToMap(document, new Fuel(FUEL), { values: 'decoded' }),
    ProviderError,
    FuelSpent,
  );
  const canonical = attempt(() => canonicalDocumentSync(document, {}, new Fuel(FUEL)), ProviderError, FuelSpent);
  const parsed = plainJson(document);
  if (parsed !== undefined) {
    if ('value' in exact) {
      const keys = isObject(parsed) ? Object.keys(parsed) : parsed === null ? [] : undefined;
      must(isDeepStrictEqual(exact.value && [...exact.value.keys()].sort(), keys?.sort()), 'members are the keys');
    }
    if ('value' in canonical) {
      must(isDeepStrictEqual(plainJson(Buffer.from(canonical.value)), parsed), 'canonical JSON has the same meaning');
      const again = canonicalDocumentSync(canonical.value, {}, new Fuel(Infinity));
      must(Buffer.from(again).equals(canonical.value), 'and is the same once more');
    }
  }
  return [exact, decoded, canonical].map(wordFor).join(' ');
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function isJson(text: Buffer): boolean {
  try {
    JSON.parse(text.toString());
    return true;
  } catch {
    return false;
  }
}

/**
 * The value of a JSON document that every reader reads alike: without escapes, which hide keys that are equal, without keys that
 * come twice or that mean something to JavaScript, and UTF-8.
 */
function plainJson(document: Buffer): unknown {
  const text = document.toString();
  if (text.includes('\\') || text.includes('__proto__') || text.includes('\ufffd') || text.startsWith('\ufeff'))
    return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    const keys = (text.match(/"\s*:/g) ?? []).length;
    return keys === countKeys(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

/** A text that holds what looks like a key makes this fewer than there seem to be, and the document is passed over. */
function countKeys(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + countKeys(item), 0);
  if (!isObject(value)) return 0;
  return Object.values(value).reduce<number>((sum, member) => sum + 1 + countKeys(member), 0);
}
