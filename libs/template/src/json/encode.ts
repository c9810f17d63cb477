import type { ExecutionBudget } from '../exec/limits.ts';
import { formatFloat } from '../strconv/format-float.ts';
import type { GoError } from '../value/go-error.ts';
import { plainError } from '../value/go-error.ts';
import { authored, shown } from '../value/public-text.ts';
import { byteSliceType } from '../value/types.ts';
import { decodeRune, replacementRune } from '../value/utf8.ts';
import type { Value } from '../value/values.ts';
import { GoComplex, GoInt, GoMap, GoSlice } from '../value/values.ts';

/** How JSON is written. */
export interface JsonStyle {
  /** `<`, `>` and `&` as escapes, as `json.Marshal` does. */
  readonly escapeHtml: boolean;
  /** Blanks per level; 0 writes everything on one line. */
  readonly indent: number;
}

const shortEscapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function unicodeEscape(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** A text as a JSON string; bytes that are no UTF-8 become `\ufffd`. */
export function encodeJsonString(text: string, escapeHtml: boolean): string {
  let out = '"';
  for (let at = 0; at < text.length;) {
    const { rune, size } = decodeRune(text, at);
    const bytes = text.slice(at, at + size);
    at += size;
    const short = shortEscapes[bytes];
    if (short !== undefined) out += short;
    else if (rune < 0x20 || (escapeHtml && '<>&'.includes(bytes))) out += unicodeEscape(rune);
    else if (rune === 0x2028 || rune === 0x2029) out += unicodeEscape(rune);
    else out += rune === replacementRune && size === 1 ? '\\ufffd' : bytes;
  }
  return `${out}"`;
}

/** Infinities and NaN are named: they are no value that would have to be kept. */
export function unsupportedNumber(value: number): GoError {
  return plainError(shown`json: unsupported value: ${authored(formatFloat(value, 'g', -1))}`);
}

/** A double as JSON has it: plain digits from 1e-6 up to 1e21. */
export function encodeJsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw unsupportedNumber(value);
  const magnitude = Math.abs(value);
  if (magnitude === 0 || (magnitude >= 1e-6 && magnitude < 1e21)) return formatFloat(value, 'f', -1);
  // e-09 is written e-9.
  return formatFloat(value, 'e', -1).replace(/e-0([0-9])$/, 'e-$1');
}

class Encoder {
  readonly #style: JsonStyle;
  readonly #budget: ExecutionBudget;

  constructor(style: JsonStyle, budget: ExecutionBudget) {
    this.#style = style;
    this.#budget = budget;
  }

  encode(value: Value, depth: number): string {
    this.#budget.nest(depth);
    const text = this.#encode(value, depth);
    this.#budget.allocate(text.length);
    return text;
  }

  #encode(value: Value, depth: number): string {
    if (value === null) return 'null';
    if (typeof value === 'boolean') return value ? 'true' : 'false';
    if (typeof value === 'number') return encodeJsonNumber(value);
    if (typeof value === 'string') return encodeJsonString(value, this.#style.escapeHtml);
    if (value instanceof GoInt) return value.value.toString();
    if (value instanceof GoComplex) throw plainError('json: unsupported type: complex128');
    if (value instanceof GoSlice) return this.#slice(value, depth);
    if (value instanceof GoMap) return value.isNil ? 'null' : this.#pairs(mapPairs(value), depth);
    return value.json() ?? this.#pairs([...value.fields()], depth);
  }

  #slice(value: GoSlice, depth: number): string {
    if (value.isNil) return 'null';
    if (value.type === byteSliceType) {
      return `"${Buffer.from(value.items.map((item) => (item instanceof GoInt ? Number(item.value) : 0))).toString('base64')}"`;
    }
    return this.#wrap(
      '[',
      value.items.map((item) => this.encode(item, depth + 1)),
      ']',
      depth,
    );
  }

  #pairs(pairs: readonly (readonly [string, Value])[], depth: number): string {
    const colon = this.#style.indent > 0 ? ': ' : ':';
    return this.#wrap(
      '{',
      pairs.map(
        ([key, value]) => encodeJsonString(key, this.#style.escapeHtml) + colon + this.encode(value, depth + 1),
      ),
      '}',
      depth,
    );
  }

  #wrap(open: string, parts: readonly string[], close: string, depth: number): string {
    if (this.#style.indent === 0 || parts.length === 0) return open + parts.join(',') + close;
    const outer = `\n${' '.repeat(this.#style.indent * depth)}`;
    const inner = outer + ' '.repeat(this.#style.indent);
    return open + parts.map((part) => inner + part).join(',') + outer + close;
  }
}

function mapPairs(map: GoMap): (readonly [string, Value])[] {
  return map.sortedKeys().map((key) => [key, map.entries.get(key) ?? null] as const);
}

/** `json.Marshal` and its relatives. Throws `GoError` for what JSON cannot hold. */
export function encodeJson(value: Value, style: JsonStyle, budget: ExecutionBudget): string {
  return new Encoder(style, budget).encode(value, 0);
}
