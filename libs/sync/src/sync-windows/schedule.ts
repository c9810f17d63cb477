/** Schedules of sync windows, in the syntax of the Go library that upstream reads them with (ADR 0039). Times are UTC. */
import { bounded, parseDuration } from '@eso/runtime';

/** When a window opens. */
export type Schedule =
  | CronSchedule
  /** Every so often, counted from 1970-01-01T00:00:00Z. */
  | { readonly kind: 'every'; readonly periodMs: number };

/** Opens at each minute that all fields admit. */
export interface CronSchedule {
  readonly kind: 'cron';
  /** Ascending. */
  readonly minutes: readonly number[];
  /** Ascending. */
  readonly hours: readonly number[];
  /** 1 to 31. */
  readonly daysOfMonth: ReadonlySet<number>;
  /** 1 to 12. */
  readonly months: ReadonlySet<number>;
  /** 0 = Sunday. */
  readonly daysOfWeek: ReadonlySet<number>;
  /** Which days count: those that both fields admit where one is `*`, otherwise those that either admits. */
  readonly days: 'both' | 'either';
}

/** Thrown by `parseSchedule`; the message says what cannot be read, and quotes at most 64 characters of it. */
export class ScheduleError extends Error {}

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

const EVERY = '@every ';

interface FieldBounds {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Stands for `min`, the next one for `min + 1`, and so on. */
  readonly names?: readonly string[];
}

const MINUTE: FieldBounds = { name: 'minute', min: 0, max: 59 };
const HOUR: FieldBounds = { name: 'hour', min: 0, max: 23 };
const DAY_OF_MONTH: FieldBounds = { name: 'day of month', min: 1, max: 31 };
const MONTH: FieldBounds = {
  name: 'month',
  min: 1,
  max: 12,
  names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
};
const DAY_OF_WEEK: FieldBounds = {
  name: 'day of week',
  min: 0,
  max: 6,
  names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'],
};

/**
 * Reads five fields (minute, hour, day of month, month, day of week), a descriptor such as `@daily`, or `@every <duration>`.
 * @throws ScheduleError
 */
export function parseSchedule(text: string): Schedule {
  if (text.startsWith(EVERY)) return every(text.slice(EVERY.length));
  const written = text.startsWith('@') ? DESCRIPTORS[text] : text;
  if (written === undefined) throw new ScheduleError(`${quoted(text)} is no descriptor that is known`);
  const parts = written.split(/\s+/).filter((part) => part !== '');
  const [minute, hour, dayOfMonth, month, dayOfWeek] = parts;
  if (parts.length !== 5 || !minute || !hour || !dayOfMonth || !month || !dayOfWeek)
    throw new ScheduleError(`it has ${parts.length} fields, not 5`);
  const ofMonth = parseField(dayOfMonth, DAY_OF_MONTH);
  const ofWeek = parseField(dayOfWeek, DAY_OF_WEEK);
  return {
    kind: 'cron',
    minutes: ascending(parseField(minute, MINUTE).values),
    hours: ascending(parseField(hour, HOUR).values),
    daysOfMonth: ofMonth.values,
    months: parseField(month, MONTH).values,
    daysOfWeek: ofWeek.values,
    days: ofMonth.every || ofWeek.every ? 'both' : 'either',
  };
}

function every(text: string): Schedule {
  let ms;
  try {
    ms = parseDuration(text);
  } catch {
    throw new ScheduleError(`${quoted(text)} is no duration`);
  }
  if (ms <= 0) throw new ScheduleError(`${quoted(text)} is not above 0`);
  return { kind: 'every', periodMs: Math.max(1_000, Math.floor(ms / 1_000) * 1_000) };
}

interface Field {
  readonly values: ReadonlySet<number>;
  /** Whether a part of it is `*` or `?` without a step. */
  readonly every: boolean;
}

function parseField(text: string, bounds: FieldBounds): Field {
  const values = new Set<number>();
  let isEvery = false;
  for (const part of text.split(',')) {
    // As Go reads it: an empty part of a list is none.
    if (part === '') continue;
    const { from, to, step, star } = parsePart(part, bounds);
    for (let value = from; value <= to; value += step) values.add(value);
    isEvery ||= star && step === 1;
  }
  return { values, every: isEvery };
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly step: number;
  readonly star: boolean;
}

function parsePart(part: string, bounds: FieldBounds): Part {
  const refuse = (why: string): never => {
    throw new ScheduleError(`${bounds.name} ${quoted(part)} ${why}`);
  };
  const [range = '', stepText, ...moreSteps] = part.split('/');
  if (moreSteps.length > 0) refuse('has more than one step');
  const [low = '', high, ...moreEnds] = range.split('-');
  const star = low === '*' || low === '?';
  // What stands behind the hyphen of a star counts for nothing there either.
  if (!star && moreEnds.length > 0) refuse('has more than one hyphen');
  const number = (text: string): number => {
    const named = bounds.names?.indexOf(text.toLowerCase()) ?? -1;
    if (named >= 0) return bounds.min + named;
    return /^\+?\d+$/.test(text) ? Number(text) : refuse('is no number');
  };
  const from = star ? bounds.min : number(low);
  const to = star || (high === undefined && stepText !== undefined) ? bounds.max : number(high ?? low);
  const step =
    stepText === undefined ? 1 : /^\+?\d+$/.test(stepText) ? Number(stepText) : refuse('has no number for a step');
  if (from < bounds.min || to > bounds.max) refuse(`is not within ${bounds.min} to ${bounds.max}`);
  if (from > to) refuse('ends before it begins');
  if (step === 0) refuse('has a step of 0');
  return { from, to, step, star };
}

const ascending = (values: ReadonlySet<number>): number[] => [...values].sort((a, b) => a - b);

const quoted = (text: string): string => JSON.stringify(bounded(text, 64));
