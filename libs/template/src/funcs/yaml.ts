import type { FunctionContext } from '../exec/functions.ts';
import { decodeJson } from '../json/decode.ts';
import { encodeJson, encodeJsonNumber, encodeJsonString } from '../json/encode.ts';
import { formatFloat } from '../strconv/format-float.ts';
import { GoError, plainError } from '../value/go-error.ts';
import { byteSliceType, dictType } from '../value/types.ts';
import { decodeText, fromRunes, isValidUtf8, runesOf } from '../value/utf8.ts';
import type { Value } from '../value/values.ts';
import { GoInt, GoMap, GoSlice } from '../value/values.ts';
import { goDict, goList } from '../value/make.ts';
import type { Emittable } from '../yaml/emit.ts';
import { emitYaml } from '../yaml/emit.ts';
import type { YamlValue } from '../yaml/read.ts';
import { assertJson, jsonKind, readYaml } from '../yaml/read.ts';
import { resolvePlain } from '../yaml/resolve.ts';
import { define, t } from './define.ts';

/** A key further from its colon than this is none to the YAML parser that the reference sends its JSON through. */
const longestKey = 1024;

/** What the reference's detour over JSON leaves of a value: numbers as words, and texts that YAML can hold. */
function emittable(context: FunctionContext, value: Value, depth: number): Emittable {
  context.budget.nest(depth);
  context.budget.step();
  if (value === null) return word('null');
  if (typeof value === 'boolean') return word(value ? 'true' : 'false');
  if (typeof value === 'number') return word(numberWord(value));
  if (typeof value === 'string') return { kind: 'text', text: checked(value) };
  if (value instanceof GoInt) return word(value.value.toString());
  if (value instanceof GoSlice && value.type !== byteSliceType) {
    if (value.isNil) return word('null');
    return { kind: 'list', items: value.items.map((item) => emittable(context, item, depth + 1)) };
  }
  if (value instanceof GoMap && value.isNil) return word('null');
  if (value instanceof GoMap) return pairs(context, value.entries, depth);
  // Everything else has a form in JSON alone, or none.
  return emittable(context, decodeJson(encodeJson(value, plainJson, context.budget), context.budget).value, depth + 1);
}

const plainJson = { escapeHtml: true, indent: 0 };

function word(text: string): Emittable {
  return { kind: 'word', text };
}

function pairs(context: FunctionContext, from: ReadonlyMap<string, Value>, depth: number): Emittable {
  const entries = new Map<string, Emittable>();
  for (const [key, item] of from) {
    if (encodedLength(key) > longestKey || key.includes(nextLine)) throw plainError('key is too long');
    entries.set(checked(key), emittable(context, item, depth + 1));
  }
  return { kind: 'map', entries };
}

/** Length of a key as JSON. */
function encodedLength(key: string): number {
  return encodeJsonString(key, true).length;
}

/** Invalid bytes become U+FFFD. Control characters that JSON does not escape are an error to the YAML parser. */
function checked(text: string): string {
  const valid = isValidUtf8(text) ? text : fromRunes(runesOf(text));
  if (/[\x7f-\x84\x86-\x9f\ufffe\uffff]/.test(decodeText(valid)))
    throw plainError('control characters are not allowed');
  return valid.includes(nextLine) ? folded(valid) : valid;
}

/** U+0085 reaches the YAML parser unescaped, where it is a line break: one becomes a blank, each further one a line. */
const nextLine = '\xc2\x85';

function folded(text: string): string {
  return text.replace(/ *\xc2\x85(?: *\xc2\x85)* */g, (run) => {
    const breaks = run.split(nextLine).length - 1;
    return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
  });
}

function numberWord(value: number): string {
  const scalar = resolvePlain(encodeJsonNumber(value));
  return scalar.kind === 'int' ? scalar.value.toString() : formatFloat(value, 'g', -1);
}

function toYaml(context: FunctionContext, value: Value): string {
  try {
    const text = emitYaml(emittable(context, value, 0));
    context.budget.allocate(text.length);
    return text.replace(/\n$/, '');
  } catch (error) {
    if (error instanceof GoError) return '';
    throw error;
  }
}

/** A document as the JSON decoder of Go leaves it: every number is a float64. */
export function fromYamlValue(value: YamlValue): Value {
  switch (value.kind) {
    case 'null':
      return null;
    case 'bool':
      return value.value;
    case 'int':
      return Number(value.value);
    case 'float':
      return value.value;
    case 'text':
      return value.text;
    case 'list':
      return goList(value.items.map(fromYamlValue));
    case 'map':
      return goDict([...value.entries].map(([key, item]) => [key, fromYamlValue(item)] as const));
  }
}

function fromYaml(context: FunctionContext, text: string): GoMap {
  try {
    const document = readYaml(text, context.budget);
    assertJson(document);
    if (document.kind === 'null') return goDict();
    const value = fromYamlValue(document);
    if (value instanceof GoMap) return value;
    throw new GoError(
      `error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${jsonKind(document)} into Go value of type ${dictType.name}`,
    );
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    const { goText } = error;
    return goDict([['Error', goText.startsWith('error un') ? goText : `error converting YAML to JSON: ${goText}`]]);
  }
}

/** YAML 1.1 as Kubernetes reads and writes it. Neither function ever fails. */
export const yamlFunctions = [
  define('toYaml', [t.any], t.string, toYaml),
  define('fromYaml', [t.string], t.dict, fromYaml),
];
