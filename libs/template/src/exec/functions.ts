import type { GoType, Value } from '../value/values.ts';
import type { ExecutionBudget } from './limits.ts';
import type { Reflected } from './reflected.ts';

/** Where random bytes come from. */
export interface RandomSource {
  /** Bytes of cryptographic quality, or reproducible ones in tests. */
  bytes(count: number): Uint8Array;
}

/** What a function may use besides its arguments. There is nothing else: no environment, no files, no network. */
export interface FunctionContext {
  readonly budget: ExecutionBudget;
  /** Nanoseconds since 1970. */
  now(): bigint;
  readonly random: RandomSource;
  /** IANA name of the zone that Go calls `Local`. */
  readonly timeZone: string;
}

/** The type of a parameter that takes whatever an expression gives, as text/template's own functions do. */
export const reflectedType: GoType = { name: 'reflect.Value', kind: 'struct' };

/** A function as templates see it. */
export interface GoFunction {
  readonly name: string;
  readonly params: readonly GoType[];
  /** The last parameter may occur any number of times. */
  readonly variadic: boolean;
  /** `thread`: it can block for long by its nature, so that a template which names it runs in a worker. */
  readonly runs: 'inline' | 'thread';
  /** Nanoseconds of work, roughly, for each byte of the texts that it takes and gives. Default 20. */
  readonly perByte?: number;
  /** Nanoseconds of work, roughly, for a call, whatever it takes. Default 1,000. */
  readonly perCall?: number;
  /** Throws `GoError` where Go's returns an error or panics. */
  call(context: FunctionContext, args: readonly Reflected[]): Reflected;
}

/** Finds a function by name; text/template's own `and` and `or` are part of the language, not of this table. */
export type FunctionTable = ReadonlyMap<string, GoFunction>;

/** A function that takes values, never `Reflected` ones. */
export function valueFunction(
  name: string,
  params: readonly GoType[],
  variadic: boolean,
  call: (context: FunctionContext, args: readonly Value[]) => Value,
): GoFunction {
  return {
    name,
    params,
    variadic,
    runs: 'inline',
    call: (context, args) => call(context, args as readonly Value[]),
  };
}

/**
 * Calls a function. Its texts are paid for by their length, whatever it does with them; the steps that it counts itself are for
 * its loops. Throws like the function; `FuelSpent`.
 */
export function callPaid(fn: GoFunction, context: FunctionContext, args: readonly Reflected[]): Reflected {
  const { perByte = 20, perCall = 1_000 } = fn;
  context.budget.pay(perCall);
  const pay = (value: Reflected): void => {
    if (typeof value === 'string' && value !== '') context.budget.pay(perByte * value.length);
  };
  args.forEach(pay);
  const result = fn.call(context, args);
  pay(result);
  return result;
}
