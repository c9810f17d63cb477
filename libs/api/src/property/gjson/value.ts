import type { ByteText } from '../byte-text.ts';
import { formatGoFloat, parseGoFloat } from '../go-number.ts';
import { unescapeJson } from '../unescape.ts';
import { containerEnd, numberEnd, stringEnd, wordEnd } from './scan.ts';

/** A value in a document: what it is and its exact text. */
export type JsonValue =
  | { readonly kind: 'missing' }
  | {
      readonly kind: 'null' | 'false' | 'true' | 'number' | 'string' | 'json';
      readonly raw: ByteText;
      /** Where it stands in the text that was searched; absent where it stands in none, such as what a modifier made. */
      readonly at?: number;
      /** Of an array that `#` collected: where each of its elements stands, -1 where that is nowhere. */
      readonly each?: readonly number[];
    };

/** No value. */
export const MISSING: JsonValue = { kind: 'missing' };

/** The value without its place in a text that is no longer the one that matters. */
export function placeless(value: JsonValue): JsonValue {
  return value.kind === 'missing' ? value : { kind: value.kind, raw: value.raw };
}

/** A value that was found in the text of another one, with its place in the text of that one. */
export function placedIn(outer: JsonValue, value: JsonValue): JsonValue {
  if (value.kind === 'missing') return value;
  const { kind, raw, at, each } = value;
  const offset = outer.kind === 'missing' ? undefined : outer.at;
  if (offset === undefined) return { kind, raw };
  return {
    kind,
    raw,
    ...(at === undefined ? {} : { at: at + offset }),
    ...(each === undefined ? {} : { each: each.map((position) => (position < 0 ? position : position + offset)) }),
  };
}

/** Where the value stands, -1 for nowhere. */
export function placeOf(value: JsonValue): number {
  return value.kind === 'missing' ? -1 : (value.at ?? -1);
}

/** The value's own text, empty when there is none. */
export function rawText(value: JsonValue): ByteText {
  return value.kind === 'missing' ? '' : value.raw;
}

/** The value as text: strings unescaped, null empty, numbers without exponent, objects and arrays as they stand. */
export function valueText(value: JsonValue): ByteText {
  switch (value.kind) {
    case 'missing':
    case 'null':
      return '';
    case 'false':
    case 'true':
      return value.kind;
    case 'json':
      return value.raw;
    case 'number':
      return /^-?[0-9]*$/.test(value.raw) ? value.raw : formatGoFloat(parseGoFloat(value.raw));
    case 'string':
      return stringText(value.raw);
  }
}

/** The value as a boolean, the way modifier arguments are read. */
export function valueTruth(value: JsonValue): boolean {
  if (value.kind === 'true') return true;
  if (value.kind === 'number') return parseGoFloat(value.raw) !== 0;
  return value.kind === 'string' && TRUE_WORDS.has(stringText(value.raw).toLowerCase());
}

/** Texts, in lower case, that Go's strconv.ParseBool takes for true. */
export const TRUE_WORDS: ReadonlySet<string> = new Set(['1', 't', 'true']);
/** Texts, in lower case, that Go's strconv.ParseBool takes for false. */
export const FALSE_WORDS: ReadonlySet<string> = new Set(['0', 'f', 'false']);

/** Whether the value is an object or an array. */
export function isContainer(value: JsonValue, open: '{' | '['): value is { kind: 'json'; raw: ByteText } {
  return value.kind === 'json' && value.raw.startsWith(open);
}

/** The content of a string given with its quotes; one that is never closed reaches to the end. */
export function stringText(raw: ByteText): ByteText {
  const end = stringEnd(raw, 0);
  return unescapeJson(end < 0 ? raw.slice(1) : raw.slice(1, end - 1));
}

/** First index at or behind `from` at which a value or `stop` is; what cannot start a value is passed over. */
export function valueStart(text: ByteText, from: number, stop?: string): number {
  let i = from;
  while (i < text.length && text[i] !== stop && kindAt(text, i) === undefined) i++;
  return i;
}

/** The value at `start` and the index behind it; undefined when it is a string that is never closed. */
export function readValue(text: ByteText, start: number): { value: JsonValue; end: number } | undefined {
  const kind = kindAt(text, start);
  const end = kind === undefined ? -1 : valueEnd(text, start, kind);
  return kind === undefined || end < 0 ? undefined : { value: { kind, raw: text.slice(start, end), at: start }, end };
}

/** The first value at or behind `from`. */
export function nextValue(text: ByteText, from: number): { value: JsonValue; end: number } | undefined {
  return readValue(text, valueStart(text, from));
}

/**
 * The document as a value. An object or array takes everything to the end of the text, because only what is looked up in it
 * decides where it ends.
 */
export function parseDocument(text: ByteText): JsonValue {
  let start = 0;
  while (start < text.length && text.charCodeAt(start) <= 0x20) start++;
  const kind = kindAt(text, start);
  if (kind === undefined) return MISSING;
  if (kind === 'json') return { kind, raw: text.slice(start) };
  const end = valueEnd(text, start, kind);
  return { kind, raw: end < 0 ? text.slice(start) : text.slice(start, end) };
}

type Kind = Exclude<JsonValue['kind'], 'missing'>;

function kindAt(text: ByteText, i: number): Kind | undefined {
  switch (text.charAt(i)) {
    case '{':
    case '[':
      return 'json';
    case '"':
      return 'string';
    case 't':
      return 'true';
    case 'f':
      return 'false';
    case 'n':
      return i + 1 < text.length && text[i + 1] !== 'u' ? 'number' : 'null'; // nan
    case '+':
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9':
    case 'i':
    case 'I':
    case 'N':
      return 'number';
    default:
      return undefined;
  }
}

function valueEnd(text: ByteText, start: number, kind: Kind): number {
  switch (kind) {
    case 'json':
      return containerEnd(text, start);
    case 'string':
      return stringEnd(text, start);
    case 'number':
      return numberEnd(text, start);
    case 'null':
    case 'true':
    case 'false':
      return wordEnd(text, start);
  }
}
