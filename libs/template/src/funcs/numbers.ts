import { parseFloat64 } from '../strconv/parse-float.ts';
import { parseInt64 } from '../strconv/parse-int.ts';
import type { Value } from '../value/values.ts';
import { GoInt } from '../value/values.ts';

/** Drops the fraction of a plain decimal number. */
function withoutFraction(text: string): string {
  const whole = /^([-+]?[0-9]*)(?:\.[0-9]*)?$/.exec(text)?.[1];
  if (whole === undefined || !text.includes('.')) return text;
  return whole === '' || whole === '-' || whole === '+' ? `${whole}0` : whole;
}

/** A double as an integer the way the processor does it: what does not fit becomes the least one. */
export function truncateFloat(value: number): bigint {
  const least = -(1n << 63n);
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 63) return least;
  return BigInt(Math.trunc(value));
}

/** Sprig's conversion to int and int64: what is no number is 0. */
export function toInteger(value: Value): bigint {
  if (value instanceof GoInt) return BigInt.asIntN(64, value.value);
  if (typeof value === 'number') return truncateFloat(value);
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value !== 'string' || value === '') return 0n;
  const parsed = parseInt64(withoutFraction(value));
  return parsed.ok ? parsed.value : 0n;
}

/** Sprig's conversion to float64: what is no number is 0. */
export function toFloat(value: Value): number {
  if (value instanceof GoInt) return Number(value.value);
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return 0;
  const parsed = parseFloat64(value);
  return parsed.ok ? parsed.value : 0;
}
