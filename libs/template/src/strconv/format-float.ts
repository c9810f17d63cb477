import type { Decimal } from './decimal.ts';
import { exactDecimal, roundDecimal, shortestDecimal, splitDouble } from './decimal.ts';

/** The float verbs of `strconv.FormatFloat`. */
export type FloatVerb = 'e' | 'E' | 'f' | 'g' | 'G' | 'b' | 'x' | 'X';

function digitAt(decimal: Decimal, at: number): string {
  return at >= 0 ? (decimal.digits[at] ?? '0') : '0';
}

function fixed(decimal: Decimal, precision: number): string {
  const whole = decimal.point > 0 ? decimal.digits.slice(0, decimal.point).padEnd(decimal.point, '0') : '0';
  if (precision <= 0) return whole;
  let fraction = '';
  for (let at = 0; at < precision; at++) fraction += digitAt(decimal, decimal.point + at);
  return `${whole}.${fraction}`;
}

function exponential(decimal: Decimal, precision: number, letter: string): string {
  const exponent = decimal.digits === '' ? 0 : decimal.point - 1;
  let out = digitAt(decimal, 0);
  if (precision > 0) out += `.${decimal.digits.slice(1, precision + 1).padEnd(precision, '0')}`;
  const size = Math.abs(exponent).toString().padStart(2, '0');
  return `${out}${letter}${exponent < 0 ? '-' : '+'}${size}`;
}

function general(decimal: Decimal, precision: number, letter: string): string {
  const shortest = precision < 0;
  // %e is used if the exponent is below -4 or not below the precision; the shortest form counts as precision 6.
  let limit = precision;
  if (limit > decimal.digits.length && decimal.digits.length >= decimal.point) limit = decimal.digits.length;
  if (shortest) limit = 6;
  const exponent = decimal.digits === '' ? -1 : decimal.point - 1;
  if (exponent < -4 || exponent >= limit) {
    const places = shortest || precision > decimal.digits.length ? decimal.digits.length : precision;
    return exponential(decimal, places - 1, letter);
  }
  return fixed(decimal, Math.max(decimal.digits.length - decimal.point, 0));
}

function binaryExponent(value: number): string {
  const { mantissa, exponent } = splitDouble(value);
  return `${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`;
}

/** `%x` of a double: a mantissa from 1 to 2 in hexadecimal, rounded half to even at `precision` digits. */
function hexadecimal(value: number, precision: number): string {
  let { mantissa, exponent } = splitDouble(value);
  if (mantissa === 0n) {
    const zeros = precision > 0 ? `.${'0'.repeat(precision)}` : '';
    return `0x0${zeros}p+00`;
  }
  while (mantissa >> 52n === 0n) {
    mantissa <<= 1n;
    exponent--;
  }
  if (precision >= 0 && precision < 13) {
    const drop = BigInt(52 - precision * 4);
    const rest = mantissa & ((1n << drop) - 1n);
    const half = 1n << (drop - 1n);
    mantissa >>= drop;
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa += 1n;
    mantissa <<= drop;
    if (mantissa >> 53n !== 0n) {
      mantissa >>= 1n;
      exponent++;
    }
  }
  let fraction = (mantissa & ((1n << 52n) - 1n)).toString(16).padStart(13, '0');
  fraction = precision < 0 ? fraction.replace(/0+$/, '') : fraction.padEnd(precision, '0').slice(0, precision);
  const power = exponent + 52;
  const size = Math.abs(power).toString().padStart(2, '0');
  return `0x1${fraction === '' ? '' : `.${fraction}`}p${power < 0 ? '-' : '+'}${size}`;
}

function magnitude(value: number, verb: FloatVerb, precision: number): string {
  if (verb === 'b') return binaryExponent(value);
  if (verb === 'x') return hexadecimal(value, precision);
  if (verb === 'X') return hexadecimal(value, precision).toUpperCase();
  const shortest = precision < 0;
  if (verb === 'f') {
    const exact = shortest ? shortestDecimal(value) : exactDecimal(value);
    const places = shortest ? Math.max(exact.digits.length - exact.point, 0) : precision;
    return fixed(roundDecimal(exact, exact.point + places), places);
  }
  const isGeneral = verb === 'g' || verb === 'G';
  const kept = isGeneral ? Math.max(precision, 1) : precision + 1;
  const decimal = shortest ? shortestDecimal(value) : roundDecimal(exactDecimal(value), kept);
  if (isGeneral) return general(decimal, shortest ? -1 : kept, verb === 'g' ? 'e' : 'E');
  return exponential(decimal, shortest ? Math.max(decimal.digits.length - 1, 0) : precision, verb);
}

/** `strconv.FormatFloat(value, verb, precision, 64)`; precision −1 is the shortest form that reads back the same. */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return '+Inf';
  if (value === -Infinity) return '-Inf';
  const negative = value < 0 || Object.is(value, -0);
  return (negative ? '-' : '') + magnitude(value, verb, precision);
}
