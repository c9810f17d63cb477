import type { FunctionContext } from '../exec/functions.ts';
import { sprint } from '../fmt/print.ts';
import { parseInt64 } from '../strconv/parse-int.ts';
import { intSliceType } from '../value/types.ts';
import type { Value } from '../value/values.ts';
import { GoSlice } from '../value/values.ts';
import { goInt } from '../value/make.ts';
import type { BigDecimal } from './decimals.ts';
import { add, divide, fromFloat, multiply, subtract, toDouble } from './decimals.ts';
import { alias, define, rest, t } from './define.ts';
import { divideByZero } from './go-panics.ts';
import { toFloat, toInteger } from './numbers.ts';

const int64 = (value: bigint): bigint => BigInt.asIntN(64, value);

/** Folds the operands over the first one in decimal arithmetic, so that 0.1 + 0.2 is 0.3. */
function inDecimals(
  context: FunctionContext,
  first: BigDecimal,
  operands: readonly Value[],
  apply: (a: BigDecimal, b: BigDecimal) => BigDecimal,
): number {
  let result = first;
  for (const operand of operands) {
    // Exact products grow with each factor.
    context.budget.allocate(result.value.toString(16).length);
    result = apply(result, fromFloat(toFloat(operand)));
  }
  return toDouble(result);
}

function decimal(value: Value): BigDecimal {
  return fromFloat(toFloat(value));
}

/** The numbers from start to stop, without stop. */
function steps(context: FunctionContext, start: number, stop: number, step: number): number[] {
  const down = stop < start;
  if (down ? step >= 0 : step <= 0) return [];
  const count = Math.max(0, Math.ceil((stop - start) / step));
  context.budget.allocate(16 * count);
  return Array.from({ length: count }, (_unused, at) => start + at * step);
}

function intList(numbers: readonly number[]): GoSlice {
  return new GoSlice(
    intSliceType,
    numbers.map((number) => goInt(number)),
  );
}

/** `seq END`, `seq START END`, `seq START STEP END`: the end is part of it. */
function sequence(context: FunctionContext, params: readonly number[]): string {
  const [first = 0, second = 0, third = 0] = params;
  if (params.length === 1) return joinSteps(context, 1, first, first < 1 ? -1 : 1);
  if (params.length === 2) return joinSteps(context, first, second, second < first ? -1 : 1);
  if (params.length !== 3 || (third < first && second > 0)) return '';
  return steps(context, first, third + (third < first ? -1 : 1), second).join(' ');
}

function joinSteps(context: FunctionContext, start: number, end: number, step: number): string {
  return steps(context, start, end + step, step).join(' ');
}

/** `math.Pow(10, places)` by repeated squaring of 0.625 × 2⁴, whose rounding Go's results show. */
function powerOfTen(places: number): number {
  let mantissa = 1;
  let exponent = 0;
  let square = 0.625;
  let squareExponent = 4;
  for (let bits = Math.abs(places); bits > 0; bits = Math.floor(bits / 2)) {
    if (squareExponent > 4096) {
      exponent += squareExponent;
      break;
    }
    if (bits % 2 === 1) {
      mantissa *= square;
      exponent += squareExponent;
    }
    square *= square;
    squareExponent *= 2;
    if (square < 0.5) {
      square *= 2;
      squareExponent--;
    }
  }
  if (places < 0) return (1 / mantissa) * 2 ** -exponent;
  return mantissa * 2 ** exponent;
}

/** Rounds by the fraction that is left at the last place; a negative one is always below the threshold. */
function round(value: number, places: number, threshold: number): number {
  const power = powerOfTen(places);
  const shifted = power * value;
  const fraction = shifted - Math.trunc(shifted);
  return (fraction >= threshold ? Math.ceil(shifted) : Math.floor(shifted)) / power;
}

function octal(context: FunctionContext, value: Value): bigint {
  const parsed = parseInt64(sprint(context.budget, [value]), 8);
  return parsed.ok ? parsed.value : 0n;
}

function atoi(text: string): bigint {
  const parsed = parseInt64(text, 10);
  return parsed.ok ? parsed.value : parsed.nearest;
}

const maximum = define('max', [t.any, rest(t.any)], t.int64, (_context, first, ...others) =>
  others.map(toInteger).reduce((a, b) => (b > a ? b : a), toInteger(first)),
);

const integers = [
  define('atoi', [t.string], t.bigInt, (_context, text) => atoi(text)),
  define('int64', [t.any], t.int64, (_context, value) => toInteger(value)),
  define('toDecimal', [t.any], t.int64, octal),
  define('add1', [t.any], t.int64, (_context, value) => toInteger(value) + 1n),
  define('add', [rest(t.any)], t.int64, (_context, ...values) =>
    values.map(toInteger).reduce((a, b) => int64(a + b), 0n),
  ),
  define('sub', [t.any, t.any], t.int64, (_context, a, b) => toInteger(a) - toInteger(b)),
  define('mul', [t.any, rest(t.any)], t.int64, (_context, first, ...others) =>
    others.map(toInteger).reduce((a, b) => int64(a * b), toInteger(first)),
  ),
  define('div', [t.any, t.any], t.int64, (_context, a, b) => {
    const divisor = toInteger(b);
    if (divisor === 0n) throw divideByZero();
    return toInteger(a) / divisor;
  }),
  define('mod', [t.any, t.any], t.int64, (_context, a, b) => {
    const divisor = toInteger(b);
    if (divisor === 0n) throw divideByZero();
    return toInteger(a) % divisor;
  }),
  maximum,
  alias('biggest', maximum),
  define('min', [t.any, rest(t.any)], t.int64, (_context, first, ...others) =>
    others.map(toInteger).reduce((a, b) => (b < a ? b : a), toInteger(first)),
  ),
  define('until', [t.int], t.ints, (context, count) => intList(steps(context, 0, count, count < 0 ? -1 : 1))),
  define('untilStep', [t.int, t.int, t.int], t.ints, (context, start, stop, step) =>
    intList(steps(context, start, stop, step)),
  ),
  define('seq', [rest(t.int)], t.string, (context, ...params) => sequence(context, params)),
];

/** `math.Max` and `math.Min`: an infinity wins over NaN. */
function extreme(pick: (a: number, b: number) => number, winner: number): (a: number, b: number) => number {
  return (a, b) => (a === winner || b === winner ? winner : pick(a, b));
}

const floats = [
  define('float64', [t.any], t.float64, (_context, value) => toFloat(value)),
  define('add1f', [t.any], t.float64, (context, value) => inDecimals(context, decimal(value), [1], add)),
  define('addf', [rest(t.any)], t.float64, (context, ...values) => inDecimals(context, fromFloat(0), values, add)),
  define('subf', [t.any, rest(t.any)], t.float64, (context, first, ...others) =>
    inDecimals(context, decimal(first), others, subtract),
  ),
  define('mulf', [t.any, rest(t.any)], t.float64, (context, first, ...others) =>
    inDecimals(context, decimal(first), others, multiply),
  ),
  define('divf', [t.any, rest(t.any)], t.float64, (context, first, ...others) =>
    inDecimals(context, decimal(first), others, divide),
  ),
  define('maxf', [t.any, rest(t.any)], t.float64, (_context, first, ...others) =>
    others.map(toFloat).reduce(extreme(Math.max, Infinity), toFloat(first)),
  ),
  define('minf', [t.any, rest(t.any)], t.float64, (_context, first, ...others) =>
    others.map(toFloat).reduce(extreme(Math.min, -Infinity), toFloat(first)),
  ),
  define('floor', [t.any], t.float64, (_context, value) => Math.floor(toFloat(value))),
  define('ceil', [t.any], t.float64, (_context, value) => Math.ceil(toFloat(value))),
  define('round', [t.any, t.int, rest(t.float64)], t.float64, (_context, value, places, ...threshold) =>
    round(toFloat(value), places, threshold[0] ?? 0.5),
  ),
];

/** Numbers: whole ones of 64 bits that wrap, and floats. */
export const mathFunctions = [
  ...integers,
  define('int', [t.any], t.bigInt, (_context, value) => toInteger(value)),
  ...floats,
];
