import fc from 'fast-check';
import { lastOpening, nextOpening, opensEver } from './openings.ts';
import { parseSchedule, ScheduleError } from './schedule.ts';

const time = (text: string): number => Date.parse(`${text}Z`);
const text = (at: number | undefined): string | undefined =>
  at === undefined ? undefined : new Date(at).toISOString().slice(0, 16);

test.each([
  ['0 2 * * *', '2026-01-31T02:00', '2026-02-01T02:00'],
  ['30 12 * * *', '2026-01-31T12:30', '2026-02-01T12:30'],
  ['*/15 9-17 * * 1-5', '2026-01-30T17:45', '2026-02-02T09:00'],
  ['0 0 31 * *', '2026-01-31T00:00', '2026-03-31T00:00'],
  ['0 0 29 2 *', '2024-02-29T00:00', '2028-02-29T00:00'],
  ['59 23 31 DEC ?', '2025-12-31T23:59', '2026-12-31T23:59'],
  ['5/20 12 * * *', '2026-01-31T12:25', '2026-01-31T12:45'],
  // Both days are restricted: either counts. A star with a step restricts.
  ['0 0 13 * fri', '2026-01-30T00:00', '2026-02-06T00:00'],
  ['0 0 */7 * mon', '2026-01-29T00:00', '2026-02-01T00:00'],
  ['0 0 */1 * mon', '2026-01-26T00:00', '2026-02-02T00:00'],
  ['0 0 15 * *', '2026-01-15T00:00', '2026-02-15T00:00'],
  ['@hourly', '2026-01-31T12:00', '2026-01-31T13:00'],
  ['@weekly', '2026-01-25T00:00', '2026-02-01T00:00'],
  ['@yearly', '2026-01-01T00:00', '2027-01-01T00:00'],
  // Counted from 1970, so that 6h is 0, 6, 12, 18 o'clock wherever core runs.
  ['@every 6h', '2026-01-31T12:00', '2026-01-31T18:00'],
  ['@every 90m', '2026-01-31T12:00', '2026-01-31T13:30'],
])('%s opened last at %s and opens next at %s', (schedule, last, next) => {
  const parsed = parseSchedule(schedule);
  expect(text(lastOpening(parsed, time('2026-01-31T12:30')))).toBe(last);
  expect(text(nextOpening(parsed, time('2026-01-31T12:30')))).toBe(next);
  expect(opensEver(parsed)).toBe(true);
});

test.each([
  ['* * * *', 'it has 4 fields, not 5'],
  ['* * * * * *', 'it has 6 fields, not 5'],
  ['@reboot', '"@reboot" is no descriptor that is known'],
  ['@every 1h foo', '"1h foo" is no duration'],
  ['@every 0s', '"0s" is not above 0'],
  ['@every -1h', '"-1h" is not above 0'],
  ['60 * * * *', 'minute "60" is not within 0 to 59'],
  ['* 24 * * *', 'hour "24" is not within 0 to 23'],
  ['* * 0 * *', 'day of month "0" is not within 1 to 31'],
  ['* * * 1-13 *', 'month "1-13" is not within 1 to 12'],
  ['* * * * 7', 'day of week "7" is not within 0 to 6'],
  ['* * * * fri-mon', 'day of week "fri-mon" ends before it begins'],
  ['* * * janu *', 'month "janu" is no number'],
  ['* * L * *', 'day of month "L" is no number'],
  ['*/0 * * * *', 'minute "*/0" has a step of 0'],
  ['*/x * * * *', 'minute "*/x" has no number for a step'],
  ['1/2/3 * * * *', 'minute "1/2/3" has more than one step'],
  ['1-2-3 * * * *', 'minute "1-2-3" has more than one hyphen'],
  ['constructor * * * *', 'minute "constructor" is no number'],
  ['@constructor', '"@constructor" is no descriptor that is known'],
])('%s cannot be read: %s', (schedule, message) => {
  expect(() => parseSchedule(schedule)).toThrow(new ScheduleError(message));
});

test('what is quoted of a schedule is short', () => {
  expect(() => parseSchedule(`${'9'.repeat(1_000)} * * * *`)).toThrow(/^.{1,140}$/);
});

test.each(['0 0 31 2 *', '0 0 30 2 *', '0 0 31 4,6,9,11 *', ', * * * *', '* , * * *', '* * , * *', '* * * , *'])(
  '%s never opens',
  (schedule) => {
    const parsed = parseSchedule(schedule);
    expect(opensEver(parsed)).toBe(false);
    expect(lastOpening(parsed, time('2026-01-31T12:30'))).toBeUndefined();
    expect(nextOpening(parsed, time('2026-01-31T12:30'))).toBeUndefined();
  },
);

test('a leap day is found across 2100, which has none', () => {
  const parsed = parseSchedule('0 0 29 2 *');
  expect(text(nextOpening(parsed, time('2096-03-01T00:00')))).toBe('2104-02-29T00:00');
  expect(text(lastOpening(parsed, time('2104-02-28T23:59')))).toBe('2096-02-29T00:00');
});

test('before the next opening of an instant there is none but its last one', () => {
  const part = (min: number, max: number) =>
    fc.oneof(
      fc.constant('*'),
      fc.integer({ min, max }).map(String),
      fc.tuple(fc.integer({ min, max }), fc.integer({ min: 2, max: 9 })).map(([from, step]) => `${from}/${step}`),
    );
  const schedules = fc.tuple(part(0, 59), part(0, 23), part(1, 28), part(1, 12), part(0, 6));
  const instants = fc.integer({ min: time('2020-01-01T00:00'), max: time('2090-01-01T00:00') });
  fc.assert(
    fc.property(schedules, instants, (fields, at) => {
      const schedule = parseSchedule(fields.join(' '));
      const next = nextOpening(schedule, at) ?? NaN;
      const last = lastOpening(schedule, at) ?? NaN;
      expect(last).toBeLessThanOrEqual(at);
      expect(next).toBeGreaterThan(at);
      expect(nextOpening(schedule, last)).toBe(next);
      expect(lastOpening(schedule, next - 1)).toBe(last);
      expect(lastOpening(schedule, next)).toBe(next);
    }),
  );
});
