/** What our reader makes of a schedule, in the words of the Go program of this folder. */
import { lastOpening, nextOpening, parseSchedule, type Schedule, ScheduleError } from '@eso/sync';

/** A schedule at one instant. */
export interface CronQuestion {
  readonly schedule: string;
  /** Unix seconds. */
  readonly at: number;
  /** Of the window, seconds. */
  readonly duration: number;
}

/** What came of it. */
export interface CronAnswer {
  readonly readable: boolean;
  /** The next opening after `at` in Unix seconds; 0 when there is none within five years. */
  readonly next: number;
  /** Whether a window opened at `at` or at most `duration` before it. */
  readonly active: boolean;
}

const FIVE_YEARS = 5;

/** Our answer. */
export function cronAnswer({ schedule: text, at, duration }: CronQuestion): CronAnswer {
  let schedule: Schedule;
  try {
    schedule = parseSchedule(text);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return { readable: false, next: 0, active: false };
  }
  const next = nextOpening(schedule, at * 1_000) ?? 0;
  const last = lastOpening(schedule, at * 1_000);
  const seen = new Date(next).getUTCFullYear() <= new Date(at * 1_000).getUTCFullYear() + FIVE_YEARS;
  return {
    readable: true,
    next: seen ? next / 1_000 : 0,
    active: last !== undefined && last >= (at - duration) * 1_000,
  };
}
