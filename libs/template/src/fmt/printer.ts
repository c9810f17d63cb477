import type { ExecutionBudget } from '../exec/limits.ts';
import type { FloatVerb } from '../strconv/format-float.ts';
import { goTypeName, typeOf } from '../value/reflect.ts';
import type { GoType, Value } from '../value/values.ts';
import { anyType } from '../value/types.ts';
import { GoComplex, GoInt, GoMap, GoObject, GoSlice } from '../value/values.ts';
import type { FormatFlags } from './flags.ts';
import { noFlags, pad } from './flags.ts';
import { formatDouble } from './float.ts';
import { formatInteger, formatQuotedRune, formatRune, formatUnicode } from './integer.ts';
import { formatHexText, formatQuoted, formatText } from './text.ts';

const stringVerbs = 'vsxXq';

/** Formats values by verb into one growing byte string, as Go's fmt does. */
export class Printer {
  out = '';
  flags: FormatFlags = noFlags();
  readonly #budget: ExecutionBudget;
  /** Set while the operand of a wrong verb is shown: methods are not asked then. */
  #erroring = false;

  constructor(budget: ExecutionBudget) {
    this.#budget = budget;
  }

  write(text: string): void {
    this.#budget.allocate(text.length);
    this.out += text;
  }

  /** One operand of `Printf` or `Print`. */
  printArgument(value: Value, verb: string): void {
    if (value === null) {
      if (verb === 'T' || verb === 'v') this.write(pad(this.flags, '<nil>'));
      else this.#badVerb(value, verb);
    } else if (verb === 'T') this.write(formatText(this.flags, goTypeName(value)));
    else this.#print(value, verb, 0);
  }

  #print(value: Value, verb: string, depth: number): void {
    this.#budget.nest(depth);
    this.#budget.step();
    // A nil interface inside a list, map or struct.
    if (value === null) this.write(this.flags.sharpV ? `${anyType.name}(nil)` : '<nil>');
    else if (this.#printByMethod(value, verb)) return;
    else if (typeof value === 'boolean') this.#boolean(value, verb);
    else if (typeof value === 'number') this.#number(value, verb);
    else if (typeof value === 'string') this.#string(value, verb, value);
    else if (value instanceof GoInt) this.#integer(value, verb);
    else if (value instanceof GoComplex) this.#complex(value, verb);
    else if (value instanceof GoSlice) this.#slice(value, verb, depth);
    else if (value instanceof GoMap) this.#map(value, verb, depth);
    else this.#object(value, verb, depth);
  }

  #printByMethod(value: Exclude<Value, null>, verb: string): boolean {
    if (this.#erroring) return false;
    if (verb === 'w') {
      this.#badVerb(value, verb);
      return true;
    }
    if (this.flags.sharpV || !stringVerbs.includes(verb)) return false;
    const text = stringerText(value);
    if (text === undefined) return false;
    this.#string(text, verb, value);
    return true;
  }

  #badVerb(value: Value, verb: string): void {
    this.#erroring = true;
    this.write(`%!${verb}(`);
    if (value === null) this.write('<nil>');
    else {
      this.write(`${goTypeName(value)}=`);
      this.#print(value, 'v', 0);
    }
    this.write(')');
    this.#erroring = false;
  }

  #boolean(value: boolean, verb: string): void {
    if (verb === 't' || verb === 'v') this.write(pad(this.flags, value ? 'true' : 'false'));
    else this.#badVerb(value, verb);
  }

  #string(text: string, verb: string, operand: Value): void {
    const { flags } = this;
    this.#budget.allocate(text.length + (flags.width ?? 0));
    if (verb === 's' || (verb === 'v' && !flags.sharpV)) this.write(formatText(flags, text));
    else if (verb === 'v' || verb === 'q') this.write(formatQuoted(flags, text));
    else if (verb === 'x' || verb === 'X') this.write(formatHexText(flags, text, verb === 'X'));
    else this.#badVerb(operand, verb);
  }

  #integer(value: GoInt, verb: string): void {
    const { flags } = this;
    const number = value.value;
    this.#budget.allocate((flags.width ?? 0) + (flags.precision ?? 0));
    switch (verb) {
      case 'v':
        if (flags.sharpV && isUnsigned(value.type)) {
          this.write(formatInteger({ ...flags, sharp: true }, number, 16, 'v'));
          return;
        }
        this.write(formatInteger(flags, number, 10, verb));
        return;
      case 'd':
        this.write(formatInteger(flags, number, 10, verb));
        return;
      case 'b':
        this.write(formatInteger(flags, number, 2, verb));
        return;
      case 'o':
      case 'O':
        this.write(formatInteger(flags, number, 8, verb));
        return;
      case 'x':
      case 'X':
        this.write(formatInteger(flags, number, 16, verb));
        return;
      case 'c':
        this.write(formatRune(flags, number));
        return;
      case 'q':
        this.write(formatQuotedRune(flags, number));
        return;
      case 'U':
        this.write(formatUnicode(flags, number));
        return;
      default:
        this.#badVerb(value, verb);
    }
  }

  #number(value: number, verb: string): void {
    const form = floatForms.get(verb);
    if (form === undefined) {
      this.#badVerb(value, verb);
      return;
    }
    this.#budget.allocate((this.flags.width ?? 0) + (this.flags.precision ?? 0));
    this.write(formatDouble(this.flags, value, form.verb, form.precision));
  }

  #complex(value: GoComplex, verb: string): void {
    if (!floatForms.has(verb)) {
      this.#badVerb(value, verb);
      return;
    }
    const { plus } = this.flags;
    this.write('(');
    this.#number(value.real, verb);
    this.flags.plus = true;
    this.#number(value.imag, verb);
    this.flags.plus = plus;
    this.write('i)');
  }

  #slice(value: GoSlice, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    if (value.type.elem?.kind === 'uint8' && stringVerbs.includes(verb) && verb !== 'v') {
      this.#string(value.items.map(byteOf).join(''), verb, value);
      return;
    }
    if (sharpV) this.write(value.type.name);
    if (sharpV && value.isNil) {
      this.write('(nil)');
      return;
    }
    this.write(sharpV ? '{' : '[');
    value.items.forEach((item, at) => {
      if (at > 0) this.write(sharpV ? ', ' : ' ');
      this.#print(item, verb, depth + 1);
    });
    this.write(sharpV ? '}' : ']');
  }

  #map(value: GoMap, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    this.write(sharpV ? value.type.name : 'map[');
    if (sharpV && value.isNil) {
      this.write('(nil)');
      return;
    }
    if (sharpV) this.write('{');
    let first = true;
    for (const key of value.sortedKeys()) {
      if (!first) this.write(sharpV ? ', ' : ' ');
      first = false;
      this.#print(key, verb, depth + 1);
      this.write(':');
      this.#print(value.entries.get(key) ?? null, verb, depth + 1);
    }
    this.write(sharpV ? '}' : ']');
  }

  #object(value: GoObject, verb: string, depth: number): void {
    const { sharpV, plusV } = this.flags;
    const pointer = value.type.kind === 'ptr';
    if (pointer) this.write('&');
    if (sharpV) this.write(pointer ? value.type.name.slice(1) : value.type.name);
    this.write('{');
    let first = true;
    for (const [name, field] of value.printed()) {
      if (!first) this.write(sharpV ? ', ' : ' ');
      first = false;
      if (sharpV || plusV) this.write(`${name}:`);
      this.#print(field, verb, depth + 1);
    }
    this.write('}');
  }
}

const floatForms: ReadonlyMap<string, { verb: FloatVerb; precision: number }> = new Map([
  ['v', { verb: 'g', precision: -1 }],
  ['b', { verb: 'b', precision: -1 }],
  ['g', { verb: 'g', precision: -1 }],
  ['G', { verb: 'G', precision: -1 }],
  ['x', { verb: 'x', precision: -1 }],
  ['X', { verb: 'X', precision: -1 }],
  ['e', { verb: 'e', precision: 6 }],
  ['E', { verb: 'E', precision: 6 }],
  ['f', { verb: 'f', precision: 6 }],
  ['F', { verb: 'f', precision: 6 }],
]);

function isUnsigned(type: GoType): boolean {
  return type.kind === 'uint8' || type.kind === 'uint64';
}

function byteOf(item: Value): string {
  return item instanceof GoInt ? String.fromCharCode(Number(item.value)) : '';
}

/** The text of a value's `Error` or `String` method, undefined where it has none. */
export function stringerText(value: Exclude<Value, null>): string | undefined {
  if (value instanceof GoObject) return value.text();
  if (value instanceof GoInt) return typeOf(value).text?.(value.value);
  return undefined;
}
