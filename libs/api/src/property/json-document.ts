import type { Fuel } from '@eso/runtime';
import { ProviderError } from '../contract/provider-error.ts';
import { byteText, type ByteText, byteTextToBytes } from './byte-text.ts';
import { type CanonicalJsonOptions, canonicalText, type JsonInput, MAX_TREE_DEPTH } from './canonical-json.ts';
import { JsonNumber } from './json-number.ts';
import {
  decodeString,
  MAX_JSON_DEPTH,
  memberValueStart,
  skipSpace,
  strictStringEnd,
  strictValueEnd,
  TOO_DEEP,
} from './strict-json.ts';

/** Measured: up to 150 ns for a byte of a document that is taken apart, sorted and written anew. */
export const STEPS_PER_REWRITTEN_BYTE = 150;

/** What becomes of the numbers of a document: their text, or the nearest double, as decoders of Go have it unless told not to. */
export type NumberForm = 'text' | 'float64';

/** Why the text is no JSON document that can be worked with; undefined when it is one. */
export function documentProblem(text: ByteText): ProviderError | undefined {
  const end = strictValueEnd(text, skipSpace(text, 0));
  if (end === TOO_DEEP) return tooDeep(MAX_JSON_DEPTH);
  if (end >= 0 && skipSpace(text, end) === text.length) return undefined;
  return new ProviderError('NOT_AN_OBJECT', 'the secret is not valid JSON', {
    nextStep: 'store a JSON document in the secret, or refer to it without a property',
  });
}

/** The error of a document that is nested too deep. */
export function tooDeep(levels: number): ProviderError {
  return new ProviderError('LIMIT_EXCEEDED', `the document is nested deeper than ${levels} levels`, {
    nextStep: 'store the document with less nesting, or the inner one as a secret of its own',
  });
}

/**
 * A JSON document in canonical form: compact, keys sorted by their UTF-8 bytes, numbers as they were spelled. Of a key that comes
 * twice the last one counts.
 * @throws ProviderError NOT_AN_OBJECT for what is not JSON; LIMIT_EXCEEDED when it is nested deeper than 1,000 levels; FuelSpent
 */
export function canonicalDocumentSync(document: Uint8Array, options: CanonicalJsonOptions, fuel: Fuel): Uint8Array {
  fuel.take(STEPS_PER_REWRITTEN_BYTE * document.length);
  const text = byteText(document);
  const problem = documentProblem(text);
  if (problem) throw problem;
  return byteTextToBytes(canonicalText(parseValid(text, skipSpace(text, 0), 'text'), options.escapeHtml ?? false));
}

/**
 * The JSON value that starts at `start`; the text has to be valid.
 * @throws ProviderError LIMIT_EXCEEDED when it is nested deeper than 1,000 levels
 */
export function parseValid(text: ByteText, start: number, numbers: NumberForm): JsonInput {
  return parse({ text, numbers, i: start }, 0);
}

interface Cursor {
  readonly text: ByteText;
  readonly numbers: NumberForm;
  i: number;
}

function parse(cursor: Cursor, depth: number): JsonInput {
  if (depth > MAX_TREE_DEPTH) throw tooDeep(MAX_TREE_DEPTH);
  const { text, i } = cursor;
  switch (text.charAt(i)) {
    case '{':
      return parseObject(cursor, depth);
    case '[':
      return parseArray(cursor, depth);
    case '"':
      cursor.i = strictStringEnd(text, i);
      return decodeString(text.slice(i, cursor.i));
    default:
      cursor.i = strictValueEnd(text, i);
      return scalar(text.slice(i, cursor.i), cursor.numbers);
  }
}

function parseObject(cursor: Cursor, depth: number): ReadonlyMap<string, JsonInput> {
  const { text } = cursor;
  const map = new Map<string, JsonInput>();
  cursor.i = skipSpace(text, cursor.i + 1);
  while (text[cursor.i] === '"') {
    const key = decodeString(text.slice(cursor.i, strictStringEnd(text, cursor.i)));
    cursor.i = memberValueStart(text, cursor.i);
    map.set(key, parse(cursor, depth + 1));
    next(cursor);
  }
  cursor.i++;
  return map;
}

function parseArray(cursor: Cursor, depth: number): readonly JsonInput[] {
  const { text } = cursor;
  const items: JsonInput[] = [];
  cursor.i = skipSpace(text, cursor.i + 1);
  while (text[cursor.i] !== ']') {
    items.push(parse(cursor, depth + 1));
    next(cursor);
  }
  cursor.i++;
  return items;
}

/** Over white space and a comma. */
function next(cursor: Cursor): void {
  cursor.i = skipSpace(cursor.text, cursor.i);
  if (cursor.text[cursor.i] === ',') cursor.i = skipSpace(cursor.text, cursor.i + 1);
}

function scalar(raw: ByteText, numbers: NumberForm): JsonInput {
  if (raw === 'null') return null;
  if (raw === 'true' || raw === 'false') return raw === 'true';
  return numbers === 'text' ? new JsonNumber(raw) : toDouble(raw);
}

function toDouble(raw: ByteText): number {
  const value = Number(raw);
  if (Number.isFinite(value)) return value;
  throw new ProviderError('NOT_AN_OBJECT', 'the document has a number that is too large', {
    nextStep: 'store the number as a JSON string',
  });
}
