import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { ExternalSecretSpec } from '@eso/api/resources';
import fc from 'fast-check';
import { syncWindowProblems, windowGate } from './sync-windows.ts';

type Windows = NonNullable<ExternalSecretSpec['syncWindows']>;
type Rows = readonly (readonly [schedule: string, duration: string])[];

/** A time of 2 March 2026, a Monday. */
const at = (text: string): number => Date.parse(`2026-03-02T${text}Z`);
const of = (kind: Windows['kind'], rows: Rows): Windows => ({
  kind,
  windows: rows.map(([schedule, duration]) => ({ schedule, duration })),
});
const OPEN = { open: true };
const shut = (text: string) => ({ open: false, changesAt: at(text) });

const NIGHT: Rows = [['0 2 * * *', '2h']];
const TWO: Rows = [...NIGHT, ['30 3 * * *', '1h']];

test.each<[string, Windows['kind'], Rows, string, object]>([
  ['before an allow window', 'allow', NIGHT, '01:59:59.999', shut('02:00')],
  ['as it opens', 'allow', NIGHT, '02:00', OPEN],
  ['within it', 'allow', NIGHT, '03:00', OPEN],
  ['at its end', 'allow', NIGHT, '04:00', OPEN],
  ['after its end', 'allow', NIGHT, '04:00:00.001', { open: false, changesAt: at('02:00') + 86_400_000 }],
  ['one of two is enough', 'allow', TWO, '04:15', OPEN],
  [
    'the first to open of two',
    'allow',
    [
      ['0 6 * * *', '1h'],
      ['0 5 * * *', '1h'],
    ],
    '04:30',
    shut('05:00'),
  ],
  ['before a deny window', 'deny', NIGHT, '01:59:59.999', OPEN],
  ['as it begins', 'deny', NIGHT, '02:00', shut('04:00:00.001')],
  ['within it', 'deny', NIGHT, '03:00', shut('04:00:00.001')],
  ['at its end', 'deny', NIGHT, '04:00', shut('04:00:00.001')],
  ['after its end', 'deny', NIGHT, '04:00:00.001', OPEN],
  ['within two that overlap', 'deny', TWO, '03:00', shut('04:30:00.001')],
  ['a window longer than its period', 'allow', [['@hourly', '90m']], '12:59', OPEN],
  ['@every, within', 'allow', [['@every 6h', '1h']], '12:30', OPEN],
  ['@every, outside', 'allow', [['@every 6h', '1h']], '13:30', shut('18:00')],
  ['@every that denies', 'deny', [['@every 6h', '1h']], '12:30', shut('13:00:00.001')],
])('%s (%s) [1.18.3] [1.18.4] [1.18.7] [1.18.10]', (_name, kind, rows, now, gate) => {
  expect(windowGate(of(kind, rows), at(now))).toEqual(gate);
});

test('without windows everything is let through [1.18.2]', () => {
  expect(windowGate(undefined, at('12:00'))).toEqual(OPEN);
  for (const kind of ['allow', 'deny'] as const) expect(windowGate(of(kind, []), at('12:00'))).toEqual(OPEN);
});

test.each(['60 * * * *', '0 0 31 2 *'])(
  'a window of %s counts as closed for who does not ask for problems',
  (schedule) => {
    expect(windowGate(of('allow', [[schedule, '1h']]), at('12:00'))).toEqual({ open: false, changesAt: undefined });
    expect(windowGate(of('deny', [[schedule, '1h']]), at('12:00'))).toEqual(OPEN);
  },
);

test('windows are in UTC, wherever core runs [1.18.9] [8.52]', () => {
  const program = `
    import { windowGate } from ${JSON.stringify(join(import.meta.dirname, 'sync-windows.ts'))};
    const open = [3, 18].map((hour) => windowGate(${JSON.stringify(of('allow', NIGHT))}, Date.UTC(2026, 2, 2, hour)).open);
    console.log(JSON.stringify([new Date(0).getHours(), ...open]));`;
  const args = ['--conditions=@eso/source', '--input-type=module', '--eval', program];
  const env = { PATH: process.env['PATH'], TZ: 'Asia/Tokyo' };
  expect(JSON.parse(execFileSync(process.execPath, args, { env, encoding: 'utf8' }))).toEqual([9, true, false]);
});

test('a denial without an end is looked at again, after a bounded amount of work', () => {
  const gate = windowGate(of('deny', [['* * * * *', '1h']]), at('12:00'));
  expect(gate).toMatchObject({ open: false, changesAt: expect.any(Number) as number });
});

test('whatever the windows, what is said to hold until an instant holds until then', () => {
  const schedules = fc.constantFrom('0 2 * * *', '*/20 * * * *', '0 12 * * 1-5', '@hourly', '@every 40m', '30 3 2 * 0');
  const durations = fc.constantFrom('1m', '20m', '90m', '7h', '1.5s');
  const windows = fc.array(fc.tuple(schedules, durations), { minLength: 1, maxLength: 4 });
  const kinds = fc.constantFrom('allow' as const, 'deny' as const);
  const parts = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 8, maxLength: 8 });
  fc.assert(
    fc.property(kinds, windows, fc.integer({ min: 0, max: 1_209_600_000 }), parts, (kind, rows, offset, samples) => {
      const now = at('00:00') + offset;
      const gate = windowGate(of(kind, rows), now);
      if (gate.open) return;
      const until = gate.changesAt ?? now;
      expect(until).toBeGreaterThan(now);
      for (const part of samples)
        expect(windowGate(of(kind, rows), now + Math.floor(part * (until - now))).open).toBe(false);
    }),
  );
});

const problemsOf = (kind: Windows['kind'], rows: Rows) => [...syncWindowProblems({ syncWindows: of(kind, rows) })];

test.each<[string, string, string, string]>([
  ['0 0 31 2 *', '1h', 'schedule', 'the window never opens: no date matches the schedule'],
  ['0 0 * * 7', '1h', 'schedule', 'the schedule cannot be read: day of week "7" is not within 0 to 6'],
  ['@daily', '0s', 'duration', 'a window of 0s never opens'],
  ['@daily', '-90m', 'duration', 'a window of -1h30m0s never opens'],
])('%s of %s: %s is named [1.18.5]', (schedule, duration, field, text) => {
  for (const kind of ['allow', 'deny'] as const)
    expect(problemsOf(kind, [...NIGHT, [schedule, duration]])).toEqual([
      {
        field: `spec.syncWindows.windows[1].${field}`,
        text,
        nextStep: expect.stringMatching(/^Write .*\.$/) as string,
      },
    ]);
});

test('windows that open have no problem', () => {
  expect(problemsOf('allow', [...TWO, ['@every 6h', '500ms'], ['0 0 29 2 *', '1h']])).toEqual([]);
  expect([...syncWindowProblems({})]).toEqual([]);
});
