import { sprint, sprintln } from '../fmt/print.ts';
import { sprintf } from '../fmt/printf.ts';
import { GoError, plainError } from '../value/go-error.ts';
import type { PublicText } from '../value/public-text.ts';
import { authored, constant, shown } from '../value/public-text.ts';
import { isTrue, typeOf } from '../value/reflect.ts';
import { anyType, stringType, uint8Type } from '../value/types.ts';
import type { Value } from '../value/values.ts';
import { GoInt, GoMap, GoSlice } from '../value/values.ts';
import { goInt, zeroOf } from '../value/make.ts';
import { compareBuiltins } from './compare.ts';
import { escapeHtml, escapeJs, escapeQuery } from './escape.ts';
import type { FunctionContext, GoFunction } from './functions.ts';
import { reflectedType, valueFunction } from './functions.ts';
import type { Reflected } from './reflected.ts';
import { element, unboxed } from './reflected.ts';

const noType = 'reflect: call of reflect.Value.Type on zero Value';

function indexNumber(index: Reflected, length: number): number {
  const value = unboxed(index);
  if (value === undefined) throw plainError('cannot index slice/array with nil');
  if (!(value instanceof GoInt)) throw plainError(shown`cannot index slice/array with type ${typeOf(value)}`);
  if (value.value < 0n || value.value > BigInt(length)) {
    throw new GoError(`index out of range: ${value.value}`, constant('index out of range'));
  }
  return Number(value.value);
}

/** Go lets an index equal the length pass its check, and then panics. */
function checkBound(at: number, length: number, what: 'string' | 'slice'): void {
  if (at >= length) throw plainError(shown`reflect: ${authored(what)} index out of range`);
}

function mapKey(index: Reflected): string {
  const value = unboxed(index);
  if (value === undefined) throw plainError('value is nil; should be of type string');
  if (typeof value !== 'string') throw plainError(shown`value has type ${typeOf(value)}; should be string`);
  return value;
}

/** The type of what a pointer points to, of all else its own. */
function targetName(value: Exclude<Value, null> | undefined): PublicText {
  if (value === undefined) return constant('<nil>');
  const type = typeOf(value);
  return shown`${type.kind === 'ptr' ? (type.elem ?? type) : type}`;
}

function indexOnce(item: Reflected, index: Reflected): Reflected {
  if (item === null) throw plainError('index of nil pointer');
  const value = unboxed(item);
  if (typeof value === 'string') {
    const at = indexNumber(index, value.length);
    checkBound(at, value.length, 'string');
    return new GoInt(uint8Type, BigInt(value.charCodeAt(at)));
  }
  if (value instanceof GoSlice) {
    const at = indexNumber(index, value.items.length);
    checkBound(at, value.items.length, 'slice');
    return element(value, value.items[at] ?? null);
  }
  if (value instanceof GoMap) {
    const found = value.entries.get(mapKey(index));
    return found === undefined ? zeroOf(value.type.elem ?? anyType) : element(value, found);
  }
  throw plainError(shown`can't index item of type ${targetName(value)}`);
}

function index(_context: FunctionContext, args: readonly Reflected[]): Reflected {
  const [first, ...indexes] = args;
  let item: Reflected = unboxed(first);
  if (item === undefined) throw plainError('index of untyped nil');
  for (const next of indexes) item = indexOnce(item, next);
  return item;
}

function length(_context: FunctionContext, args: readonly Reflected[]): Reflected {
  const [item] = args;
  if (item === undefined) throw plainError(noType);
  if (item === null) throw plainError('len of nil pointer');
  const value = unboxed(item);
  if (typeof value === 'string') return goInt(value.length);
  if (value instanceof GoSlice) return goInt(value.items.length);
  if (value instanceof GoMap) return goInt(value.entries.size);
  throw plainError(shown`len of type ${targetName(value)}`);
}

/** No value a template can reach is a function, so that `call` always fails. */
function call(_context: FunctionContext, args: readonly Reflected[]): Reflected {
  const [callee, fn] = args;
  const value = unboxed(fn);
  if (value === undefined) throw plainError('call of nil');
  // The callee may be a value that was piped in.
  throw new GoError(
    `non-function ${typeof callee === 'string' ? callee : ''} of type ${typeOf(value).name}`,
    shown`non-function of type ${typeOf(value)}`,
  );
}

/** The operands as one text: nil prints as it does at the end of an action. */
function joined(context: FunctionContext, args: readonly Value[]): string {
  return sprint(
    context.budget,
    args.map((arg) => arg ?? '<no value>'),
  );
}

function textFunction(name: string, convert: (text: string) => string): GoFunction {
  return valueFunction(name, [anyType], true, (context, args) => {
    const text = joined(context, args);
    context.budget.allocate(text.length * 2);
    return convert(text);
  });
}

function reflectedFunction(name: string, count: number, variadic: boolean, fn: GoFunction['call']): GoFunction {
  return {
    name,
    params: new Array<typeof reflectedType>(count).fill(reflectedType),
    variadic,
    runs: 'inline',
    call: fn,
  };
}

function unreachable(): never {
  throw plainError('unreachable');
}

/** The functions of text/template itself, without `slice`, which the list function of the same name replaces. */
export const builtins: readonly GoFunction[] = [
  // `and` and `or` stop at the deciding argument: the executor evaluates them.
  reflectedFunction('and', 2, true, unreachable),
  reflectedFunction('or', 2, true, unreachable),
  reflectedFunction('not', 1, false, (_context, [value]) => !isTrue(unboxed(value))),
  reflectedFunction('call', 2, true, call),
  reflectedFunction('index', 2, true, index),
  reflectedFunction('len', 1, false, length),
  ...compareBuiltins.map(({ name, params, variadic, compare }) => reflectedFunction(name, params, variadic, compare)),
  textFunction('html', escapeHtml),
  textFunction('js', escapeJs),
  textFunction('urlquery', escapeQuery),
  valueFunction('print', [anyType], true, (context, args) => sprint(context.budget, args)),
  valueFunction('println', [anyType], true, (context, args) => sprintln(context.budget, args)),
  {
    ...valueFunction('printf', [stringType, anyType], true, (context, [format, ...operands]) =>
      sprintf(context.budget, typeof format === 'string' ? format : '', operands),
    ),
    perByte: 80,
  },
];
