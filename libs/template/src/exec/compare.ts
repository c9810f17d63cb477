import { GoError, plainError } from '../value/go-error.ts';
import { shown } from '../value/public-text.ts';
import { typeOf } from '../value/reflect.ts';
import type { Value } from '../value/values.ts';
import { GoComplex, GoInt, GoMap, GoObject, GoSlice } from '../value/values.ts';
import { sprintf } from '../fmt/printf.ts';
import type { FunctionContext } from './functions.ts';
import type { Reflected } from './reflected.ts';
import { unboxed } from './reflected.ts';

type Concrete = Exclude<Value, null>;
type BasicKind = 'bool' | 'complex' | 'int' | 'float' | 'string' | 'uint' | 'none';

function basicKind(value: Concrete | undefined): BasicKind {
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
      return 'float';
    case 'string':
      return 'string';
    default:
      break;
  }
  if (value instanceof GoComplex) return 'complex';
  if (value instanceof GoInt) return value.type.kind.startsWith('u') ? 'uint' : 'int';
  return 'none';
}

function incompatible(a: Concrete, b: Concrete): GoError {
  return plainError(shown`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`);
}

function isInteger(kind: BasicKind): boolean {
  return kind === 'int' || kind === 'uint';
}

function isNil(value: Concrete | undefined): boolean {
  return value === undefined || ((value instanceof GoMap || value instanceof GoSlice) && value.isNil);
}

/** Equality of what is not basic: nil with nil, and objects whose type Go can compare. */
function equalOthers(context: FunctionContext, a: Concrete | undefined, b: Concrete | undefined): boolean {
  if (a !== undefined && b !== undefined && typeOf(a).kind !== typeOf(b).kind) {
    const show = (verb: string, value: Concrete) => sprintf(context.budget, verb, [value]);
    throw new GoError(
      `non-comparable types ${show('%s', a)}: ${typeOf(a).name}, ${typeOf(b).name}: ${show('%v', b)}`,
      shown`non-comparable types ${typeOf(a)} and ${typeOf(b)}`,
    );
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b);
  if (b instanceof GoMap || b instanceof GoSlice) {
    throw new GoError(
      `non-comparable type ${sprintf(context.budget, '%s', [b])}: ${b.type.name}`,
      shown`non-comparable type ${b.type}`,
    );
  }
  return a instanceof GoObject && b instanceof GoObject && a.type === b.type && a.equals(b);
}

function equalPair(context: FunctionContext, a: Concrete | undefined, b: Concrete | undefined): boolean {
  const kindA = basicKind(a);
  const kindB = basicKind(b);
  if (kindA !== kindB) {
    if (isInteger(kindA) && isInteger(kindB)) return (a as GoInt).value === (b as GoInt).value;
    if (a !== undefined && b !== undefined) throw incompatible(a, b);
    return false;
  }
  if (kindA === 'none') return equalOthers(context, a, b);
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value;
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imag === b.imag;
  return a === b;
}

function equal(context: FunctionContext, args: readonly Reflected[]): boolean {
  const [first, ...others] = args;
  if (others.length === 0) throw plainError('missing argument for comparison');
  const a = unboxed(first);
  return others.some((other) => {
    context.budget.step();
    return equalPair(context, a, unboxed(other));
  });
}

const badType = 'invalid type for comparison';

function less(args: readonly Reflected[]): boolean {
  const a = unboxed(args[0]);
  const b = unboxed(args[1]);
  const kindA = basicKind(a);
  const kindB = basicKind(b);
  if (a === undefined || b === undefined || kindA === 'none' || kindB === 'none') throw plainError(badType);
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value;
  if (kindA !== kindB) throw incompatible(a, b);
  if (kindA === 'bool' || kindA === 'complex') throw plainError(badType);
  return a < b;
}

function lessOrEqual(context: FunctionContext, args: readonly Reflected[]): boolean {
  return less(args) || equal(context, args);
}

/** The comparison functions: `eq` takes several right operands, the others one. */
export const compareBuiltins: readonly {
  readonly name: string;
  readonly params: number;
  readonly variadic: boolean;
  readonly compare: (context: FunctionContext, args: readonly Reflected[]) => boolean;
}[] = [
  { name: 'eq', params: 2, variadic: true, compare: equal },
  { name: 'ne', params: 2, variadic: false, compare: (context, args) => !equal(context, args) },
  { name: 'lt', params: 2, variadic: false, compare: (_context, args) => less(args) },
  { name: 'le', params: 2, variadic: false, compare: lessOrEqual },
  { name: 'gt', params: 2, variadic: false, compare: (context, args) => !lessOrEqual(context, args) },
  { name: 'ge', params: 2, variadic: false, compare: (_context, args) => !less(args) },
];
