import type { Fuel } from '@eso/runtime';
import { limits } from '../contract/limits.ts';
import { ProviderError } from '../contract/provider-error.ts';
import { byteText, type ByteText, byteTextToBytes, utf8ByteText } from './byte-text.ts';
import { canonicalText } from './canonical-json.ts';
import { formatGoFloat } from './go-number.ts';
import { type NumberForm, parseValid, STEPS_PER_REWRITTEN_BYTE, tooDeep } from './json-document.ts';
import {
  decodeString,
  MAX_JSON_DEPTH,
  memberValueStart,
  skipSpace,
  strictStringEnd,
  strictValueEnd,
  TOO_DEEP,
} from './strict-json.ts';

/** Measured: 10 to 45 ns for a byte, 4 µs for a member however short it is. */
const STEPS_PER_BYTE = 30;
const STEPS_PER_MEMBER = 4_000;

/** What the values of a map of members are. */
export interface ValueForm {
  /**
   * `raw`: whatever is no string keeps its exact text, white space and number spelling included. `decoded`: objects and arrays are
   * compact JSON with sorted keys and `<`, `>`, `&` escaped, numbers as `numbers` says. Default `raw`.
   */
  readonly values?: 'raw' | 'decoded';
  /** Numbers of decoded values: their text, or the nearest double written without exponent (`1.0` is `1`). Default `text`. */
  readonly numbers?: NumberForm;
}

/**
 * The members of a JSON object as a map. A string becomes its text, null becomes empty, everything else
 * is what `form` says. Of a key that comes twice the last one counts; the document `null` is an
 * empty map.
 * @returns undefined when the document is not a JSON object.
 * @throws ProviderError LIMIT_EXCEEDED when it has more members than an answer may have at all, or is nested too deep; FuelSpent
 */
export function jsonObjectToMap(
  document: Uint8Array,
  fuel: Fuel,
  form: ValueForm = {},
): Map<string, Uint8Array> | undefined {
  const decoded = form.values === 'decoded';
  fuel.take((decoded ? STEPS_PER_REWRITTEN_BYTE : STEPS_PER_BYTE) * document.length);
  const text = byteText(document);
  const start = skipSpace(text, 0);
  const end = strictValueEnd(text, start);
  if (end === TOO_DEEP) throw tooDeep(MAX_JSON_DEPTH);
  if (end < 0 || skipSpace(text, end) !== text.length) return undefined;
  if (text[start] !== '{') return text.startsWith('null', start) ? new Map() : undefined;
  const map = new Map<string, Uint8Array>();
  for (const { key, value } of members(text, start)) {
    fuel.take(STEPS_PER_MEMBER);
    map.set(
      decodeString(key),
      byteTextToBytes(decoded ? decodedText(value, form.numbers ?? 'text') : memberText(value)),
    );
    if (map.size > limits.responseKeysCap) throw tooManyMembers();
  }
  return map;
}

function tooManyMembers(): ProviderError {
  return new ProviderError('LIMIT_EXCEEDED', `the document has more than ${limits.responseKeysCap} properties`, {
    field: 'remoteRef.key',
    nextStep: 'refer to the values by data[].remoteRef, or divide the document',
  });
}

/** The members of the valid object that opens at `open`, as they stand. */
function* members(text: ByteText, open: number): Generator<{ key: ByteText; value: ByteText }> {
  let i = skipSpace(text, open + 1);
  while (text[i] === '"') {
    const start = memberValueStart(text, i);
    const end = strictValueEnd(text, start);
    yield { key: text.slice(i, strictStringEnd(text, i)), value: text.slice(start, end) };
    i = skipSpace(text, end);
    if (text[i] === ',') i = skipSpace(text, i + 1);
  }
}

function memberText(raw: ByteText): ByteText {
  if (raw.startsWith('"')) return utf8ByteText(decodeString(raw));
  return raw === 'null' ? '' : raw;
}

function decodedText(raw: ByteText, numbers: NumberForm): ByteText {
  const value = parseValid(raw, 0, numbers);
  if (value === null) return '';
  if (typeof value === 'string') return utf8ByteText(value);
  return typeof value === 'number' ? formatGoFloat(value) : canonicalText(value, true);
}
