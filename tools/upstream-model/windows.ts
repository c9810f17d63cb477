/** Sync windows, in UTC: a minute is looked at after the other, which is slow and plain. */
import { goDuration } from './duration.ts';
import type { SyncWindows } from './objects.ts';

const MINUTE = 60_000;
/** Least and greatest value of minute, hour, day of month, month, day of week. */
const RANGES = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 6]] as const; // prettier-ignore
const NAMED: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};
const WORDS = ['jan feb mar apr may jun jul aug sep oct nov dec', 'sun mon tue wed thu fri sat'].map((names) =>
  names.split(' '),
);

/** Whether windows let a periodic refresh happen at `now`, milliseconds since the epoch. */
export function windowsAllow(windows: SyncWindows | undefined, now: number): boolean {
  if (!windows || windows.windows.length === 0) return true;
  const active = windows.windows.some(({ schedule, duration }) => isActive(schedule, goDuration(duration), now));
  if (windows.kind === 'allow') return active;
  return windows.kind === 'deny' ? !active : true;
}

/** Whether the window opened within its duration, both ends included. What cannot be read never opens. */
function isActive(schedule: string, duration: number, now: number): boolean {
  const every = /^@every (.*)$/.exec(schedule)?.[1];
  if (every !== undefined) return goDuration(every) <= duration + 1_000;
  const fires = minutesOf(NAMED[schedule] ?? schedule);
  if (!fires) return false;
  for (let minute = Math.ceil((now - duration) / MINUTE); minute * MINUTE <= now; minute++)
    if (fires(new Date(minute * MINUTE))) return true;
  return false;
}

function minutesOf(schedule: string): ((at: Date) => boolean) | undefined {
  const fields = schedule.trim().split(/\s+/);
  if (fields.length !== RANGES.length) return undefined;
  const sets = fields.map((field, index) => valuesOf(field, index));
  if (sets.includes(undefined)) return undefined;
  const [minutes, hours, days, months, weekdays] = sets;
  const free = (index: number): boolean => /^[*?]/.test(fields[index] ?? '');
  return (at) => {
    const day = days?.has(at.getUTCDate()) === true;
    const weekday = weekdays?.has(at.getUTCDay()) === true;
    // Both restricted: either of them is enough.
    const fits = free(2) || free(4) ? day && weekday : day || weekday;
    return (
      fits &&
      minutes?.has(at.getUTCMinutes()) === true &&
      hours?.has(at.getUTCHours()) === true &&
      months?.has(at.getUTCMonth() + 1) === true
    );
  };
}

function valuesOf(field: string, index: number): Set<number> | undefined {
  const [least, greatest] = RANGES[index] ?? [0, 0];
  const values = new Set<number>();
  for (const part of field.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
    const [first, last] = /^[*?]$/.test(range)
      ? [least, greatest]
      : range.split('-').map((text) => valueOf(text, index));
    const end = last ?? (step === undefined ? first : greatest);
    if (first === undefined || end === undefined || !(first >= least && end <= greatest && first <= end))
      return undefined;
    for (let value = first; value <= end; value += Math.max(1, Number(step ?? 1))) values.add(value);
  }
  return values;
}

function valueOf(text: string, index: number): number {
  const word = WORDS[index - 3]?.indexOf(text.toLowerCase()) ?? -1;
  if (word >= 0) return index === 3 ? word + 1 : word;
  return /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
