import type { FunctionContext } from '../exec/functions.ts';
import { parseInt64 } from '../strconv/parse-int.ts';
import { formatGoDuration, nanosPerSecond, parseGoDuration, roundDuration } from '../time/duration.ts';
import { GoTime, timeType, zeroTime } from '../time/go-time.ts';
import { formatTime } from '../time/format.ts';
import { parseTime } from '../time/parse.ts';
import type { Zone } from '../time/zone.ts';
import { loadZone, localZone, utc } from '../time/zone.ts';
import { GoError } from '../value/go-error.ts';
import { int64Type, intType } from '../value/types.ts';
import type { Value } from '../value/values.ts';
import { GoInt } from '../value/values.ts';
import { alias, define, own, t } from './define.ts';

const time = own<GoTime>(timeType);

function local(context: FunctionContext): Zone {
  return localZone(context.timeZone);
}

/** A time, or seconds since 1970 as int or int64; all else is the present. */
function asTime(context: FunctionContext, value: Value): GoTime {
  if (value instanceof GoTime) return value;
  if (value instanceof GoInt && (value.type === intType || value.type === int64Type)) {
    return new GoTime(value.value * nanosPerSecond, local(context));
  }
  return new GoTime(context.now(), local(context));
}

function inZone(context: FunctionContext, layout: string, value: Value, zoneName: string): string {
  // An unknown zone is UTC.
  const zone = loadZone(zoneName, local(context)) ?? utc;
  return formatTime(asTime(context, value).in(zone).reading(), layout);
}

/** The result of `read`, or `otherwise` where it throws a Go error. */
function orElse<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof GoError) return otherwise;
    throw error;
  }
}

function sinceThen(context: FunctionContext, then: GoTime): bigint {
  return context.now() - then.instant;
}

function duration(value: Value): string {
  let seconds = 0n;
  if (typeof value === 'string') {
    const parsed = parseInt64(value, 10);
    seconds = parsed.ok ? parsed.value : parsed.nearest;
  } else if (value instanceof GoInt && value.type === int64Type) seconds = value.value;
  return formatGoDuration(BigInt.asIntN(64, seconds * nanosPerSecond));
}

const hour = 3600n * nanosPerSecond;

/** Largest first. Exactly one of a unit is shown in the next smaller one. */
const roundUnits: readonly (readonly [bigint, string])[] = [
  [365n * 24n * hour, 'y'],
  [30n * 24n * hour, 'mo'],
  [24n * hour, 'd'],
  [hour, 'h'],
  [60n * nanosPerSecond, 'm'],
  [nanosPerSecond, 's'],
];

function durationRound(context: FunctionContext, value: Value): string {
  let nanos = 0n;
  if (typeof value === 'string') nanos = orElse(() => parseGoDuration(value), 0n);
  else if (value instanceof GoTime) nanos = sinceThen(context, value);
  else if (value instanceof GoInt && value.type === int64Type) nanos = value.value;
  const size = nanos < 0n ? -nanos : nanos;
  const unit = roundUnits.find(([length]) => size > length);
  return unit === undefined ? '0s' : `${size / unit[0]}${unit[1]}`;
}

const dateInZone = define('dateInZone', [t.string, t.any, t.string], t.string, inZone);
const dateModify = define('dateModify', [t.string, time], time, (_context, text, date) =>
  orElse(() => date.add(parseGoDuration(text)), date),
);
const mustDateModify = define('mustDateModify', [t.string, time], time, (_context, text, date) =>
  date.add(parseGoDuration(text)),
);

/** Dates and durations. The zone called Local is an option of the compiler; the present is that of the rendering. */
export const dateFunctions = [
  define('now', [], time, (context) => new GoTime(context.now(), local(context), true)),
  define('date', [t.string, t.any], t.string, (context, layout, value) => inZone(context, layout, value, 'Local')),
  dateInZone,
  alias('date_in_zone', dateInZone),
  define('htmlDate', [t.any], t.string, (context, value) => inZone(context, '2006-01-02', value, 'Local')),
  define('htmlDateInZone', [t.any, t.string], t.string, (context, value, zone) =>
    inZone(context, '2006-01-02', value, zone),
  ),
  dateModify,
  alias('date_modify', dateModify),
  mustDateModify,
  alias('must_date_modify', mustDateModify),
  define('toDate', [t.string, t.string], time, (context, layout, text) =>
    orElse(() => parseTime(layout, text, local(context)), zeroTime),
  ),
  define('mustToDate', [t.string, t.string], time, (context, layout, text) => parseTime(layout, text, local(context))),
  define('ago', [t.any], t.string, (context, value) =>
    formatGoDuration(roundDuration(sinceThen(context, asTime(context, value)), nanosPerSecond)),
  ),
  define('duration', [t.any], t.string, (_context, value) => duration(value)),
  define('durationRound', [t.any], t.string, durationRound),
  define('unixEpoch', [time], t.string, (_context, date) => date.unixSeconds.toString()),
];
