/** The instants at which a schedule opens a window, in UTC. */
import type { CronSchedule, Schedule } from './schedule.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A 29th of February comes again after eight years at the latest; whoever has none in that time has none ever. */
const MONTHS = 12 * 8 + 1;
const LONGEST_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Whether there is an instant at which the schedule opens. */
export function opensEver(schedule: Schedule): boolean {
  if (schedule.kind === 'every') return true;
  if (schedule.minutes.length === 0 || schedule.hours.length === 0) return false;
  const { daysOfMonth, daysOfWeek } = schedule;
  return [...schedule.months].some((month) => {
    const hasDay = [...daysOfMonth].some((day) => day <= (LONGEST_MONTH[month - 1] ?? 0));
    return schedule.days === 'either' ? hasDay || daysOfWeek.size > 0 : hasDay && daysOfWeek.size > 0;
  });
}

/**
 * The last opening that is not after `at`; undefined when there is none in eight years.
 * @param at milliseconds since the epoch, as is what is returned
 */
export function lastOpening(schedule: Schedule, at: number): number | undefined {
  if (schedule.kind === 'every') return Math.floor(at / schedule.periodMs) * schedule.periodMs;
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  const first = startOfDay(start);
  for (const month of monthsFrom(start, -1)) {
    if (!schedule.months.has(month.month)) continue;
    for (let day = month.last; day >= month.first; day -= DAY_MS) {
      if (day > first || !admitsDay(schedule, day)) continue;
      const opening = lastIn(schedule, day, day === first ? start - day : DAY_MS);
      if (opening !== undefined) return opening;
    }
  }
  return undefined;
}

/**
 * The first opening after `at`; undefined when there is none in eight years.
 * @param at milliseconds since the epoch, as is what is returned
 */
export function nextOpening(schedule: Schedule, at: number): number | undefined {
  if (schedule.kind === 'every') return (Math.floor(at / schedule.periodMs) + 1) * schedule.periodMs;
  const start = Math.floor(at / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const first = startOfDay(start);
  for (const month of monthsFrom(start, 1)) {
    if (!schedule.months.has(month.month)) continue;
    for (let day = month.first; day <= month.last; day += DAY_MS) {
      if (day < first || !admitsDay(schedule, day)) continue;
      const opening = firstIn(schedule, day, day === first ? start - day : 0);
      if (opening !== undefined) return opening;
    }
  }
  return undefined;
}

interface Month {
  /** 1 = January. */
  readonly month: number;
  /** Beginning of its first day, and of its last. */
  readonly first: number;
  readonly last: number;
}

function* monthsFrom(start: number, direction: 1 | -1): Generator<Month> {
  const date = new Date(start);
  const from = date.getUTCFullYear() * 12 + date.getUTCMonth();
  for (let i = 0; i < MONTHS; i++) {
    const month = (from + i * direction) % 12;
    const year = (from + i * direction - month) / 12;
    yield { month: month + 1, first: Date.UTC(year, month, 1), last: Date.UTC(year, month + 1, 0) };
  }
}

const startOfDay = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS;

function admitsDay({ daysOfMonth, daysOfWeek, days }: CronSchedule, day: number): boolean {
  const date = new Date(day);
  const ofMonth = daysOfMonth.has(date.getUTCDate());
  const ofWeek = daysOfWeek.has(date.getUTCDay());
  return days === 'both' ? ofMonth && ofWeek : ofMonth || ofWeek;
}

/** The last opening of a day that is at most `offset` milliseconds after its beginning. */
function lastIn({ hours, minutes }: CronSchedule, day: number, offset: number): number | undefined {
  const until = offset / MINUTE_MS;
  for (let i = hours.length - 1; i >= 0; i--) {
    const hour = (hours[i] ?? 0) * 60;
    if (hour > until) continue;
    const minute = minutes.findLast((candidate) => hour + candidate <= until);
    if (minute !== undefined) return day + (hour + minute) * MINUTE_MS;
  }
  return undefined;
}

/** The first opening of a day that is at least `offset` milliseconds after its beginning. */
function firstIn({ hours, minutes }: CronSchedule, day: number, offset: number): number | undefined {
  const from = offset / MINUTE_MS;
  for (const hour of hours) {
    if (hour * 60 + 59 < from) continue;
    const minute = minutes.find((candidate) => hour * 60 + candidate >= from);
    if (minute !== undefined) return day + (hour * 60 + minute) * MINUTE_MS;
  }
  return undefined;
}
