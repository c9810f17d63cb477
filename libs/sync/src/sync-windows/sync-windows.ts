/** Times in which periodic refreshes are allowed or denied: `spec.syncWindows`. */
import type { ExternalSecretSpec } from '@eso/api/resources';
import { formatDuration, parseDuration } from '@eso/runtime';
import type { SpecProblem } from '../rules/spec-rule.ts';
import { lastOpening, nextOpening, opensEver } from './openings.ts';
import { parseSchedule, type Schedule, ScheduleError } from './schedule.ts';

/** Whether the windows let a periodic refresh through. */
export type WindowGate =
  | { readonly open: true }
  /** `changesAt`: not before this instant, in milliseconds since the epoch; undefined where nothing is going to change. */
  | { readonly open: false; readonly changesAt: number | undefined };

type SyncWindows = ExternalSecretSpec['syncWindows'];

interface Window {
  readonly schedule: Schedule;
  readonly durationMs: number;
}

/** Ends of overlapping deny windows that are followed before the caller is asked to look again. */
const HOPS = 10;

/**
 * Whether a refresh that is due may happen now. Windows that cannot be read count as closed; `syncWindowProblems` names them.
 * Both ends of a window belong to it.
 * @param now milliseconds since the epoch
 */
export function windowGate(syncWindows: SyncWindows, now: number): WindowGate {
  const windows = (syncWindows?.windows ?? []).flatMap((window) => read(window) ?? []);
  if (!syncWindows || syncWindows.windows.length === 0) return { open: true };
  switch (syncWindows.kind) {
    case 'allow':
      return windows.some((window) => isActive(window, now))
        ? { open: true }
        : { open: false, changesAt: earliest(windows.map(({ schedule }) => nextOpening(schedule, now))) };
    case 'deny':
      return deniedUntil(windows, now);
    default:
      // Of a stored object whose kind the schema did not know: as if there were none.
      return { open: true };
  }
}

/** Every window that never opens, or whose schedule cannot be read. */
export function* syncWindowProblems({ syncWindows }: ExternalSecretSpec): Generator<SpecProblem> {
  for (const [index, { schedule, duration }] of (syncWindows?.windows ?? []).entries()) {
    const field = `spec.syncWindows.windows[${index}]`;
    try {
      if (!opensEver(parseSchedule(schedule)))
        yield {
          field: `${field}.schedule`,
          text: 'the window never opens: no date matches the schedule',
          nextStep: WRITE,
        };
    } catch (error) {
      if (!(error instanceof ScheduleError)) throw error;
      yield { field: `${field}.schedule`, text: `the schedule cannot be read: ${error.message}`, nextStep: WRITE };
    }
    const ms = durationMs(duration);
    if (ms !== undefined && ms > 0) continue;
    const shown = ms === undefined ? 'a duration that cannot be read' : formatDuration(ms);
    yield {
      field: `${field}.duration`,
      text: `a window of ${shown} never opens`,
      nextStep: 'Write a duration above 0, such as 2h.',
    };
  }
}

const WRITE =
  'Write minute, hour, day of month, month and day of week (0 to 6, Sunday is 0), or @daily, @every 6h and the like; times are UTC.';

function read({ schedule, duration }: NonNullable<SyncWindows>['windows'][number]): Window | undefined {
  const ms = durationMs(duration);
  if (ms === undefined || ms <= 0) return undefined;
  try {
    return { schedule: parseSchedule(schedule), durationMs: ms };
  } catch {
    return undefined;
  }
}

function durationMs(text: string): number | undefined {
  try {
    return parseDuration(text);
  } catch {
    return undefined;
  }
}

function closesAt({ schedule, durationMs }: Window, at: number): number | undefined {
  const opened = lastOpening(schedule, at);
  return opened === undefined ? undefined : opened + durationMs;
}

function isActive(window: Window, at: number): boolean {
  return (closesAt(window, at) ?? -Infinity) >= at;
}

function deniedUntil(windows: readonly Window[], now: number): WindowGate {
  let at = now;
  for (let hop = 0; hop < HOPS; hop++) {
    const end = Math.max(...windows.map((window) => closesAt(window, at) ?? -Infinity));
    if (end < at) break;
    // The end belongs to the window.
    at = Math.floor(end) + 1;
  }
  return at === now ? { open: true } : { open: false, changesAt: at };
}

function earliest(instants: readonly (number | undefined)[]): number | undefined {
  const known = instants.filter((instant) => instant !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}
