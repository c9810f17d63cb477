import { plainError } from '../value/go-error.ts';
import type { GoType, GoMethod, Value } from '../value/values.ts';
import { boolType, int64Type, intType, stringType } from '../value/types.ts';
import { GoInt, GoObject } from '../value/values.ts';
import { goInt, goInt64 } from '../value/make.ts';
import type { CivilDate } from './civil.ts';
import { civilFromDays, dayNames, dayOfYear, daysFromCivil, monthNames, weekdayOf } from './civil.ts';
import { durationType, goDuration, nanosOf, nanosPerSecond } from './duration.ts';
import { type ClockReading, formatTime } from './format.ts';
import type { Zone } from './zone.ts';
import { utc } from './zone.ts';

/** The type of an instant. */
export const timeType: GoType = { name: 'time.Time', kind: 'struct' };

function nameOf(names: readonly string[], prefix: string, value: number): string {
  return names[value] ?? `%!${prefix}(${value})`;
}

const monthType: GoType = {
  name: 'time.Month',
  kind: 'int',
  text: (value) => nameOf(monthNames, 'Month', Number(value) - 1),
};

const weekdayType: GoType = {
  name: 'time.Weekday',
  kind: 'int',
  text: (value) => nameOf(dayNames, 'Weekday', Number(value)),
};

/** An instant as it is shown in a zone. */
export class GoTime extends GoObject {
  readonly type = timeType;
  /** Nanoseconds since 1970. */
  readonly instant: bigint;
  readonly zone: Zone;
  /** Taken from `now`: Go shows its monotonic clock then. */
  readonly monotonic: boolean;

  constructor(instant: bigint, zone: Zone, monotonic = false) {
    super();
    this.instant = instant;
    this.zone = zone;
    this.monotonic = monotonic;
  }

  get unixSeconds(): bigint {
    return floorDivide(this.instant, nanosPerSecond);
  }

  reading(): ClockReading {
    const unix = Number(this.unixSeconds);
    const { offset, abbreviation } = this.zone.at(unix);
    const local = unix + offset;
    const days = Math.floor(local / 86_400);
    const nanos = Number(this.instant - this.unixSeconds * nanosPerSecond);
    return { date: civilFromDays(days), days, seconds: local - days * 86_400, nanos, offset, abbreviation };
  }

  in(zone: Zone): GoTime {
    return new GoTime(this.instant, zone);
  }

  add(nanos: bigint): GoTime {
    return new GoTime(this.instant + nanos, this.zone, this.monotonic);
  }

  override text(): string {
    const text = formatTime(this.reading(), '2006-01-02 15:04:05.999999999 -0700 MST');
    return this.monotonic ? `${text} m=+0.000000001` : text;
  }

  override json(): string {
    const { year } = this.reading().date;
    if (year < 0 || year > 9999) {
      throw plainError(
        'json: error calling MarshalJSON for type time.Time: Time.MarshalJSON: year outside of range [0,9999]',
      );
    }
    return `"${formatTime(this.reading(), '2006-01-02T15:04:05.999999999Z07:00')}"`;
  }

  override equals(other: GoObject): boolean {
    return other instanceof GoTime && other.instant === this.instant && other.zone === this.zone;
  }

  override method(name: string): GoMethod | undefined {
    return timeMethods.get(name)?.(this);
  }
}

function floorDivide(value: bigint, divisor: bigint): bigint {
  const quotient = value / divisor;
  return value % divisor < 0n ? quotient - 1n : quotient;
}

/** The instant of a date and time of day in a zone; for a time that a change of clocks skips or repeats, as Go decides. */
export function instantOf(date: CivilDate, seconds: number, nanos: number, zone: Zone): bigint {
  const local = daysFromCivil(date) * 86_400 + seconds;
  const first = zone.at(local).offset;
  let unix = local - first;
  const second = zone.at(unix).offset;
  // The offset at the guess may differ: then the other one counts, if it holds at its own instant.
  if (second !== first && zone.at(local - second).offset === second) unix = local - second;
  return BigInt(unix) * nanosPerSecond + BigInt(nanos);
}

type MethodMaker = (time: GoTime) => GoMethod;

function getter(result: GoType, read: (time: GoTime) => Value): MethodMaker {
  return (time) => ({ params: [], result, call: () => read(time) });
}

function number(read: (time: GoTime) => number): MethodMaker {
  return getter(intType, (time) => goInt(read(time)));
}

function comparison(compare: (a: bigint, b: bigint) => boolean): MethodMaker {
  return (time) => ({
    params: [timeType],
    result: boolType,
    call: ([other]) => compare(time.instant, asTime(other).instant),
  });
}

function asTime(value: Value | undefined): GoTime {
  if (value instanceof GoTime) return value;
  throw plainError('not a time');
}

const largest = (1n << 63n) - 1n;

/** Zero instant of Go: year 1. */
export const zeroTime = new GoTime(-62_135_596_800n * nanosPerSecond, utc);

function addDate(time: GoTime, [years, months, days]: readonly Value[]): GoTime {
  const { date, seconds, nanos } = time.reading();
  const moved = {
    year: date.year + Number(nanosOf(years)),
    month: date.month + Number(nanosOf(months)),
    day: date.day + Number(nanosOf(days)),
  };
  return new GoTime(instantOf(moved, seconds, nanos, time.zone), time.zone);
}

/** Rounds down to a multiple since the year 1. */
function truncated(time: GoTime, multiple: bigint): bigint {
  const sinceZero = time.instant - zeroTime.instant;
  return multiple <= 0n ? 0n : ((sinceZero % multiple) + multiple) % multiple;
}

/** The methods of `time.Time` that templates may call. None of them reads a clock. */
const timeMethods: ReadonlyMap<string, MethodMaker> = new Map<string, MethodMaker>([
  [
    'Format',
    (time) => ({
      params: [stringType],
      result: stringType,
      call: ([layout]) => formatTime(time.reading(), typeof layout === 'string' ? layout : ''),
    }),
  ],
  ['String', getter(stringType, (time) => time.text())],
  ['Year', number((time) => time.reading().date.year)],
  ['Month', getter(monthType, (time) => new GoInt(monthType, BigInt(time.reading().date.month)))],
  ['Day', number((time) => time.reading().date.day)],
  ['YearDay', number((time) => dayOfYear(time.reading().date))],
  ['Weekday', getter(weekdayType, (time) => new GoInt(weekdayType, BigInt(weekdayOf(time.reading().days))))],
  ['Hour', number((time) => Math.floor(time.reading().seconds / 3600))],
  ['Minute', number((time) => Math.floor(time.reading().seconds / 60) % 60)],
  ['Second', number((time) => time.reading().seconds % 60)],
  ['Nanosecond', number((time) => time.reading().nanos)],
  ['Unix', getter(int64Type, (time) => goInt64(time.unixSeconds))],
  ['UnixMilli', getter(int64Type, (time) => goInt64(floorDivide(time.instant, 1_000_000n)))],
  ['UnixMicro', getter(int64Type, (time) => goInt64(floorDivide(time.instant, 1000n)))],
  ['UnixNano', getter(int64Type, (time) => goInt64(time.instant))],
  ['IsZero', getter(boolType, (time) => time.instant === zeroTime.instant)],
  ['UTC', getter(timeType, (time) => time.in(utc))],
  ['Before', comparison((a, b) => a < b)],
  ['After', comparison((a, b) => a > b)],
  ['Equal', comparison((a, b) => a === b)],
  [
    'Compare',
    (time) => ({
      params: [timeType],
      result: intType,
      call: ([other]) => goInt(sign(time.instant - asTime(other).instant)),
    }),
  ],
  ['Add', (time) => ({ params: [durationType], result: timeType, call: ([nanos]) => time.add(nanosOf(nanos)) })],
  [
    'Sub',
    (time) => ({
      params: [timeType],
      result: durationType,
      call: ([other]) => goDuration(clamp(time.instant - asTime(other).instant)),
    }),
  ],
  [
    'AddDate',
    (time) => ({ params: [intType, intType, intType], result: timeType, call: (args) => addDate(time, args) }),
  ],
  [
    'Truncate',
    (time) => ({
      params: [durationType],
      result: timeType,
      call: ([multiple]) => new GoTime(time.instant - truncated(time, nanosOf(multiple)), time.zone),
    }),
  ],
  [
    'Round',
    (time) => ({ params: [durationType], result: timeType, call: ([multiple]) => rounded(time, nanosOf(multiple)) }),
  ],
]);

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

function clamp(nanos: bigint): bigint {
  if (nanos > largest) return largest;
  return nanos < -largest - 1n ? -largest - 1n : nanos;
}

function rounded(time: GoTime, multiple: bigint): GoTime {
  const rest = truncated(time, multiple);
  const up = rest * 2n >= multiple && multiple > 0n;
  return new GoTime(time.instant - rest + (up ? multiple : 0n), time.zone);
}
