import { shortestDecimal } from '../strconv/decimal.ts';
import { formatFloat } from '../strconv/format-float.ts';
import { plainError } from '../value/go-error.ts';
import { authored, shown } from '../value/public-text.ts';

/** An exact decimal number `value × 10^exponent`. */
export interface BigDecimal {
  readonly value: bigint;
  readonly exponent: number;
}

/** Digits behind the point of a quotient. */
const divisionPrecision = 16;

function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent);
}

/** The shortest decimal that reads back as the double. NaN and infinities are errors. */
export function fromFloat(value: number): BigDecimal {
  if (!Number.isFinite(value))
    throw plainError(shown`Cannot create a Decimal from ${authored(formatFloat(value, 'g', -1))}`);
  const { digits, point } = shortestDecimal(value);
  if (digits === '') return { value: 0n, exponent: 0 };
  const magnitude = BigInt(digits);
  return { value: value < 0 ? -magnitude : magnitude, exponent: point - digits.length };
}

/** The double nearest to the decimal. */
export function toDouble(decimal: BigDecimal): number {
  return Number(`${decimal.value}e${decimal.exponent}`);
}

function aligned(a: BigDecimal, b: BigDecimal): { a: bigint; b: bigint; exponent: number } {
  const exponent = Math.min(a.exponent, b.exponent);
  return {
    a: a.value * powerOfTen(a.exponent - exponent),
    b: b.value * powerOfTen(b.exponent - exponent),
    exponent,
  };
}

/** The exact sum. */
export function add(a: BigDecimal, b: BigDecimal): BigDecimal {
  const both = aligned(a, b);
  return { value: both.a + both.b, exponent: both.exponent };
}

/** The exact difference. */
export function subtract(a: BigDecimal, b: BigDecimal): BigDecimal {
  return add(a, { value: -b.value, exponent: b.exponent });
}

/** The exact product. */
export function multiply(a: BigDecimal, b: BigDecimal): BigDecimal {
  return { value: a.value * b.value, exponent: a.exponent + b.exponent };
}

/** The quotient with 16 digits behind the point, a half rounded away from zero. */
export function divide(a: BigDecimal, b: BigDecimal): BigDecimal {
  if (b.value === 0n) throw plainError('decimal division by 0');
  const shift = a.exponent - b.exponent + divisionPrecision;
  const dividend = shift >= 0 ? a.value * powerOfTen(shift) : a.value;
  const divisor = shift >= 0 ? b.value : b.value * powerOfTen(-shift);
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  const magnitude = (value: bigint) => (value < 0n ? -value : value);
  const roundsAway = magnitude(remainder) * 2n >= magnitude(divisor);
  const away = a.value < 0n !== b.value < 0n ? -1n : 1n;
  return { value: roundsAway ? quotient + away : quotient, exponent: -divisionPrecision };
}
