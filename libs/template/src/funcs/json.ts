import type { FunctionContext } from '../exec/functions.ts';
import { decodeJson } from '../json/decode.ts';
import type { JsonStyle } from '../json/encode.ts';
import { encodeJson } from '../json/encode.ts';
import { GoError } from '../value/go-error.ts';
import type { Value } from '../value/values.ts';
import { alias, define, t } from './define.ts';

const plain: JsonStyle = { escapeHtml: true, indent: 0 };
const pretty: JsonStyle = { escapeHtml: true, indent: 2 };
const raw: JsonStyle = { escapeHtml: false, indent: 0 };

/** What cannot be written gives the empty text. */
function orEmpty(context: FunctionContext, value: Value, style: JsonStyle): string {
  try {
    return encodeJson(value, style, context.budget);
  } catch (error) {
    if (error instanceof GoError) return '';
    throw error;
  }
}

/** What cannot be read gives nil. */
function readOrNil(context: FunctionContext, text: string): Value {
  try {
    return decodeJson(text, context.budget).value;
  } catch (error) {
    if (error instanceof GoError) return null;
    throw error;
  }
}

const toRawJson = define('toRawJson', [t.any], t.string, (context, value) => encodeJson(value, raw, context.budget));

/** JSON, with the formatting of Go's encoder. */
export const jsonFunctions = [
  define('fromJson', [t.string], t.any, readOrNil),
  define('mustFromJson', [t.string], t.any, (context, text) => {
    const { value, problem } = decodeJson(text, context.budget);
    if (problem !== undefined) throw problem;
    return value;
  }),
  define('toJson', [t.any], t.string, (context, value) => orEmpty(context, value, plain)),
  define('mustToJson', [t.any], t.string, (context, value) => encodeJson(value, plain, context.budget)),
  define('toPrettyJson', [t.any], t.string, (context, value) => orEmpty(context, value, pretty)),
  define('mustToPrettyJson', [t.any], t.string, (context, value) => encodeJson(value, pretty, context.budget)),
  toRawJson,
  alias('mustToRawJson', toRawJson),
];
