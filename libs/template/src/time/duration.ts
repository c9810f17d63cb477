import { plainError, GoError } from '../value/go-error.ts';
import type { Constant } from '../value/public-text.ts';
import { constant, shown } from '../value/public-text.ts';
import type { GoType, GoMethod, Value } from '../value/values.ts';
import { float64Type, int64Type, stringType } from '../value/types.ts';
import { GoInt } from '../value/values.ts';
import { goInt64 } from '../value/make.ts';

/** Nanoseconds in a second; durations are counted in them. */
export const nanosPerSecond = 1_000_000_000n;

const units: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  // Micro sign and Greek mu, as byte strings.
  ['\u00c2\u00b5s', 1000n],
  ['\u00ce\u00bcs', 1000n],
  ['ms', 1_000_000n],
  ['s', nanosPerSecond],
  ['m', 60n * nanosPerSecond],
  ['h', 3600n * nanosPerSecond],
]);

/** Go's `quote` of the time package: printable ASCII as it is, all else as bytes. */
export function quoteTime(text: string): string {
  const escaped = text.replace(/["\\]/g, '\\$&').replace(/[^ -\x7f]/g, (byte) => {
    return `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
  return `"${escaped}"`;
}

function problem<const T extends string>(what: Constant<T>, text: string, unit?: string): GoError {
  const reason = constant<T>(what);
  const goReason = unit === undefined ? reason : reason.replace('unit', `unit ${quoteTime(unit)}`);
  return new GoError(`time: ${goReason} ${quoteTime(text)}`, shown`time: ${reason}`);
}

const limit = 1n << 63n;

/** One number and its unit in nanoseconds; the fraction is computed as Go does, in doubles. */
function scaledNanos(whole: string, fraction: string, unit: bigint): bigint | undefined {
  const units_ = BigInt(whole === '' ? '0' : whole);
  if (units_ > limit / unit) return undefined;
  let value = units_ * unit;
  // As many digits as fit into 63 bits count.
  let digits = 0n;
  let scale = 1;
  for (const digit of fraction) {
    const next = digits * 10n + BigInt(digit);
    if (digits > (limit - 1n) / 10n || next > limit) break;
    digits = next;
    scale *= 10;
  }
  if (digits > 0n) value += BigInt(Math.trunc(Number(digits) * (Number(unit) / scale)));
  return value > limit ? undefined : value;
}

/** `time.ParseDuration`, in nanoseconds. Throws a `GoError` with Go's text. */
export function parseGoDuration(text: string): bigint {
  const invalid = () => problem('invalid duration', text);
  const negative = text.startsWith('-');
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0n;
  if (rest === '') throw invalid();
  let total = 0n;
  while (rest !== '') {
    const match = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest);
    const [number = '', whole = '', fraction = ''] = match ?? [];
    if (whole === '' && fraction === '') throw invalid();
    rest = rest.slice(number.length);
    const unit = /^[^.0-9]*/.exec(rest)?.[0] ?? '';
    if (BigInt(whole === '' ? '0' : whole) > limit) throw invalid();
    if (unit === '') throw problem('missing unit in duration', text);
    const size = units.get(unit);
    if (size === undefined) throw problem('unknown unit in duration', text, unit);
    rest = rest.slice(unit.length);
    const value = scaledNanos(whole, fraction, size);
    if (value === undefined) throw invalid();
    total += value;
    if (total > limit) throw invalid();
  }
  if (negative) return -total;
  if (total > limit - 1n) throw invalid();
  return total;
}

function decimal(value: bigint, unit: bigint, name: string): string {
  const whole = value / unit;
  const fraction = (value % unit)
    .toString()
    .padStart(unit.toString().length - 1, '0')
    .replace(/0+$/, '');
  return `${whole}${fraction === '' ? '' : `.${fraction}`}${name}`;
}

/** `Duration.String`: `1h0m1.5s`. */
export function formatGoDuration(nanos: bigint): string {
  if (nanos === 0n) return '0s';
  const sign = nanos < 0n ? '-' : '';
  const size = nanos < 0n ? -nanos : nanos;
  if (size < 1000n) return `${sign}${size}ns`;
  if (size < 1_000_000n) return sign + decimal(size, 1000n, '\u00c2\u00b5s');
  if (size < nanosPerSecond) return sign + decimal(size, 1_000_000n, 'ms');
  const minutes = size / (60n * nanosPerSecond);
  const seconds = decimal(size % (60n * nanosPerSecond), nanosPerSecond, 's');
  if (minutes === 0n) return sign + seconds;
  return `${sign}${minutes >= 60n ? `${minutes / 60n}h` : ''}${minutes % 60n}m${seconds}`;
}

/** `Duration.Round`: to a multiple, a half away from zero. */
export function roundDuration(nanos: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return nanos;
  const rest = (nanos < 0n ? -nanos : nanos) % multiple;
  const up = rest * 2n >= multiple ? multiple - rest : -rest;
  return nanos < 0n ? nanos - up : nanos + up;
}

function floatMethod(value: number): GoMethod {
  return { params: [], result: float64Type, call: () => value };
}

function integerMethod(value: bigint): GoMethod {
  return { params: [], result: int64Type, call: () => goInt64(value) };
}

function ratio(nanos: bigint, unit: bigint): number {
  return Number(nanos / unit) + Number(nanos % unit) / Number(unit);
}

function method(nanos: bigint, name: string): GoMethod | undefined {
  switch (name) {
    case 'Hours':
      return floatMethod(ratio(nanos, 3600n * nanosPerSecond));
    case 'Minutes':
      return floatMethod(ratio(nanos, 60n * nanosPerSecond));
    case 'Seconds':
      return floatMethod(ratio(nanos, nanosPerSecond));
    case 'Milliseconds':
      return integerMethod(nanos / 1_000_000n);
    case 'Microseconds':
      return integerMethod(nanos / 1000n);
    case 'Nanoseconds':
      return integerMethod(nanos);
    case 'Abs':
      return { params: [], result: durationType, call: () => goDuration(nanos < 0n ? -nanos : nanos) };
    case 'String':
      return { params: [], result: stringType, call: () => formatGoDuration(nanos) };
    case 'Round':
      return withDuration((multiple) => roundDuration(nanos, multiple));
    case 'Truncate':
      return withDuration((multiple) => (multiple <= 0n ? nanos : nanos - (nanos % multiple)));
    default:
      return undefined;
  }
}

function withDuration(change: (multiple: bigint) => bigint): GoMethod {
  return { params: [durationType], result: durationType, call: ([multiple]) => goDuration(change(nanosOf(multiple))) };
}

/** `time.Duration`, a named int64. */
export const durationType: GoType = { name: 'time.Duration', kind: 'int64', text: formatGoDuration, method };

/** A `time.Duration`. */
export function goDuration(nanos: bigint): GoInt {
  return new GoInt(durationType, BigInt.asIntN(64, nanos));
}

/** The nanoseconds of a `time.Duration` that the executor has checked. */
export function nanosOf(value: Value | undefined): bigint {
  if (value instanceof GoInt) return value.value;
  throw plainError('not a duration');
}
