import type { FunctionContext, GoFunction } from '../exec/functions.ts';
import type { Reflected } from '../exec/reflected.ts';
import { plainError } from '../value/go-error.ts';
import type { GoType, GoMap, Value } from '../value/values.ts';
import {
  anySliceSliceType,
  anySliceType,
  anyType,
  boolType,
  dictType,
  float64Type,
  int64Type,
  intSliceType,
  intType,
  stringMapType,
  stringSliceType,
  stringType,
} from '../value/types.ts';
import { GoInt, GoSlice } from '../value/values.ts';
import { goInt64, goInt } from '../value/make.ts';

/** A Go type together with the TypeScript type that a function sees in its place. */
export interface Codec<T> {
  readonly type: GoType;
  /** From an argument, which the executor has checked to be of the type. */
  from(value: Value): T;
  to(value: T): Value;
}

function same<T extends Value>(type: GoType): Codec<T> {
  return { type, from: (value) => value as T, to: (value) => value };
}

function goIntValue(value: Value): bigint {
  if (!(value instanceof GoInt)) throw plainError('not an integer');
  return value.value;
}

/** The types that parameters and results of functions have. */
export const t = {
  any: same<Value>(anyType),
  bool: same<boolean>(boolType),
  string: same<string>(stringType),
  float64: same<number>(float64Type),
  dict: same<GoMap>(dictType),
  stringMap: same<GoMap>(stringMapType),
  /** An `int` that is a length, a count or a place: what lies beyond 2^53 is out of every range anyhow. */
  int: { type: intType, from: (value) => Number(goIntValue(value)), to: (value) => goInt(value) } as Codec<number>,
  /** An `int` whose all 64 bits count. */
  bigInt: { type: intType, from: goIntValue, to: goInt } as Codec<bigint>,
  int64: { type: int64Type, from: goIntValue, to: goInt64 } as Codec<bigint>,
  /** A list that may be nil: null is Go's nil slice. */
  list: slice<Value>(anySliceType),
  lists: same<GoSlice>(anySliceSliceType),
  strings: slice<string>(stringSliceType),
  ints: same<GoSlice>(intSliceType),
} as const;

function slice<T extends Value>(type: GoType): Codec<readonly T[] | null> {
  return {
    type,
    from: (value) => (value instanceof GoSlice && !value.isNil ? (value.items as readonly T[]) : null),
    to: (items) => new GoSlice(type, items ?? [], items === null),
  };
}

/** A codec of values of one type of its own, such as times. */
export function own<T extends Value>(type: GoType): Codec<T> {
  return same<T>(type);
}

/** Marks the last parameter as repeatable. */
export interface Rest<T> {
  readonly rest: Codec<T>;
}

/** `rest(t.any)` is Go's `...interface{}`. */
export function rest<T>(codec: Codec<T>): Rest<T> {
  return { rest: codec };
}

type ArgumentsOf<P extends readonly unknown[]> = P extends readonly [...infer F, Rest<infer V>]
  ? [...FixedOf<F>, ...V[]]
  : FixedOf<P>;
type FixedOf<F extends readonly unknown[]> = {
  -readonly [K in keyof F]: F[K] extends Codec<infer T> ? T : never;
};

/**
 * Defines one function: its parameters and result as Go declares them, and what it does. The body gets the call's context
 * first; it throws `GoError` where Go's function returns an error or panics, and charges `context.budget` before it does
 * work or makes values that its arguments do not bound.
 */
export function define<const P extends readonly unknown[], R>(
  name: string,
  params: P,
  result: Codec<R>,
  body: (context: FunctionContext, ...args: ArgumentsOf<P>) => R,
): GoFunction {
  const list = params as readonly (Codec<unknown> | Rest<unknown>)[];
  const codecs = list.map((param) => ('rest' in param ? param.rest : param));
  const last = list.at(-1);
  const run = body as (context: FunctionContext, ...args: readonly unknown[]) => R;
  return {
    name,
    params: codecs.map((codec) => codec.type),
    variadic: last !== undefined && 'rest' in last,
    runs: 'inline',
    call: (context, args) => charge(context, result.to(run(context, ...decode(codecs, args)))),
  };
}

function decode(codecs: readonly Codec<unknown>[], args: readonly Reflected[]): unknown[] {
  // The executor hands over values only: parameters of type reflect.Value exist in text/template's own functions alone.
  return (args as readonly Value[]).map((arg, at) => codecs[Math.min(at, codecs.length - 1)]?.from(arg));
}

/** Every result counts as allocated, so that doubling a text in a loop meets the limit. */
function charge(context: FunctionContext, value: Value): Value {
  context.budget.checkTime();
  if (typeof value === 'string') context.budget.allocate(value.length);
  else if (value instanceof GoSlice) context.budget.allocate(8 * value.items.length);
  return value;
}

/** The same function under another name. */
export function alias(name: string, fn: GoFunction): GoFunction {
  return { ...fn, name };
}

/** The function, run in a worker: it blocks its thread for long by its nature (key generation, password hashing). */
export function inThread(fn: GoFunction): GoFunction {
  return { ...fn, runs: 'thread' };
}

/** The function, which looks at each byte of a text for longer than others do. */
export function slowly(fn: GoFunction): GoFunction {
  return { ...fn, perByte: 80 };
}

/** The functions, each call of which takes so many nanoseconds by its nature: keys are derived, signatures are made. */
export function costing(perCall: number, fns: readonly GoFunction[]): GoFunction[] {
  return fns.map((fn) => ({ ...fn, perCall }));
}
