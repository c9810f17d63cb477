import type { ExecutionBudget } from '../exec/limits.ts';
import { quote } from '../strconv/quote.ts';
import { GoError, plainError } from '../value/go-error.ts';
import type { Constant, PublicText } from '../value/public-text.ts';
import { authored, constant, shown } from '../value/public-text.ts';
import { decodeRune, encodeRune, isValidUtf8 } from '../value/utf8.ts';
import type { Value } from '../value/values.ts';
import { goDict, goList } from '../value/make.ts';

const whitespace = /[ \t\r\n]*/y;
const numberShape = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/** A value together with the error that Go reports beside it: a number out of range leaves nil in its place. */
export interface Decoded {
  readonly value: Value;
  readonly problem: GoError | undefined;
}

function describe(unit: string): string {
  if (unit === "'") return `'\\''`;
  if (unit === '"') return `'"'`;
  return `'${quote(encodeRune(unit.charCodeAt(0))).slice(1, -1)}'`;
}

class Decoder {
  readonly #text: string;
  readonly #budget: ExecutionBudget;
  #at = 0;
  problem: GoError | undefined;

  constructor(text: string, budget: ExecutionBudget) {
    this.#text = text;
    this.#budget = budget;
  }

  document(): Value {
    this.#skip();
    const value = this.#value(1);
    this.#skip();
    if (this.#at < this.#text.length) this.#invalid('after top-level value');
    return value;
  }

  #skip(): void {
    whitespace.lastIndex = this.#at;
    this.#at += whitespace.exec(this.#text)?.[0].length ?? 0;
  }

  /** Throws Go's syntax error about the current byte. */
  #invalid<const T extends string>(text: Constant<T> | PublicText): never {
    const context = constant<T>(text);
    // Go closes the input with a blank, which only some states refuse.
    const refusesBlank = /^in (?!string literal)|^after decimal/.test(context);
    const unit = this.#text[this.#at] ?? (refusesBlank ? ' ' : undefined);
    if (unit === undefined) throw plainError('unexpected end of JSON input');
    throw new GoError(`invalid character ${describe(unit)} ${context}`, shown`invalid character ${context}`);
  }

  #value(depth: number): Value {
    this.#budget.nest(depth);
    this.#budget.step(0.2);
    const unit = this.#text[this.#at];
    switch (unit) {
      case '{':
        return this.#object(depth);
      case '[':
        return this.#array(depth);
      case '"':
        return this.#string();
      case 't':
        return this.#word('true', true);
      case 'f':
        return this.#word('false', false);
      case 'n':
        return this.#word('null', null);
      default:
        if (unit !== undefined && /[-0-9]/.test(unit)) return this.#number();
        return this.#invalid('looking for beginning of value');
    }
  }

  #word<T extends Value>(word: string, value: T): T {
    for (let index = 0; index < word.length; index++, this.#at++) {
      const wanted = word.charAt(index);
      if (this.#text[this.#at] !== wanted)
        this.#invalid(shown`in literal ${authored(word)} (expecting '${authored(wanted)}')`);
    }
    return value;
  }

  #number(): Value {
    numberShape.lastIndex = this.#at;
    const literal = numberShape.exec(this.#text)?.[0];
    if (literal === undefined) {
      this.#at++;
      this.#invalid('in numeric literal');
    }
    this.#at += literal.length;
    this.#checkEndOfNumber(literal);
    const value = Number(literal);
    if (Number.isFinite(value)) return value;
    this.problem ??= new GoError(
      `json: cannot unmarshal number ${literal} into Go value of type float64`,
      constant('json: cannot unmarshal number into Go value of type float64'),
    );
    return null;
  }

  /** A fraction or exponent without digits ends the literal too early. */
  #checkEndOfNumber(literal: string): void {
    const unit = this.#text[this.#at];
    if (unit === '.' && !/[.eE]/.test(literal)) {
      this.#at++;
      this.#invalid('after decimal point in numeric literal');
    }
    if ((unit === 'e' || unit === 'E') && !/[eE]/.test(literal)) {
      this.#at++;
      if (/^[+-]$/.test(this.#text[this.#at] ?? '')) this.#at++;
      this.#invalid('in exponent of numeric literal');
    }
  }

  #array(depth: number): Value {
    this.#at++;
    const items: Value[] = [];
    this.#skip();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return goList(items);
    }
    for (;;) {
      this.#skip();
      items.push(this.#value(depth + 1));
      this.#skip();
      const unit = this.#text[this.#at];
      if (unit !== ',' && unit !== ']') this.#invalid('after array element');
      this.#at++;
      if (unit === ']') break;
    }
    this.#budget.allocate(8 * items.length);
    return goList(items);
  }

  #object(depth: number): Value {
    this.#at++;
    const dict = goDict();
    this.#skip();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return dict;
    }
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] !== '"') this.#invalid('looking for beginning of object key string');
      const key = this.#string();
      this.#skip();
      if (this.#text[this.#at] !== ':') this.#invalid('after object key');
      this.#at++;
      this.#skip();
      dict.entries.set(key, this.#value(depth + 1));
      this.#skip();
      const unit = this.#text[this.#at];
      if (unit !== ',' && unit !== '}') this.#invalid('after object key:value pair');
      this.#at++;
      if (unit === '}') break;
    }
    this.#budget.allocate(16 * dict.entries.size);
    return dict;
  }

  #string(): string {
    const start = ++this.#at;
    let simple = true;
    for (;;) {
      const unit = this.#text[this.#at];
      if (unit === '"') break;
      if (unit === undefined || unit < ' ') this.#invalid('in string literal');
      this.#at++;
      if (unit !== '\\') continue;
      simple = false;
      this.#checkEscape();
    }
    const raw = this.#text.slice(start, this.#at++);
    this.#budget.allocate(raw.length);
    return unescaped(raw, simple);
  }

  #checkEscape(): void {
    const escape = this.#text[this.#at];
    if (escape === undefined || !'bfnrt\\/"u'.includes(escape)) this.#invalid('in string escape code');
    this.#at++;
    if (escape !== 'u') return;
    for (let index = 0; index < 4; index++, this.#at++) {
      if (!/^[0-9a-fA-F]$/.test(this.#text[this.#at] ?? '')) this.#invalid('in \\u hexadecimal character escape');
    }
  }
}

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescaped(raw: string, simple: boolean): string {
  if (simple && isValidUtf8(raw)) return raw;
  let out = '';
  for (let at = 0; at < raw.length;) {
    if (raw[at] !== '\\') {
      const { rune, size } = decodeRune(raw, at);
      out += encodeRune(rune);
      at += size;
      continue;
    }
    const escape = raw.charAt(at + 1);
    if (escape !== 'u') {
      out += escapes[escape] ?? escape;
      at += 2;
      continue;
    }
    const unit = hexUnit(raw, at);
    at += 6;
    const low = hexUnit(raw, at);
    const isPair = unit >= 0xd800 && unit < 0xdc00 && low >= 0xdc00 && low < 0xe000;
    if (isPair) at += 6;
    // A lone surrogate becomes U+FFFD.
    out += encodeRune(isPair ? 0x10000 + (unit - 0xd800) * 0x400 + (low - 0xdc00) : unit);
  }
  return out;
}

/** The number of `\uXXXX` at the place, −1 where there is none. */
function hexUnit(raw: string, at: number): number {
  const match = /^\\u([0-9a-fA-F]{4})/.exec(raw.slice(at, at + 6))?.[1];
  return match === undefined ? -1 : Number.parseInt(match, 16);
}

/** `json.Unmarshal` into an `interface {}`. Throws `GoError` for what is no JSON. */
export function decodeJson(text: string, budget: ExecutionBudget): Decoded {
  const decoder = new Decoder(text, budget);
  const value = decoder.document();
  return { value, problem: decoder.problem };
}
