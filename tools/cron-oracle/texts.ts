// Schedules to ask about: what people write, what is wrong on purpose, and what dice make of the parts of a field.
import type { Dice } from '../template-oracle/generate.ts';

const WRITTEN = [
  '0 2 * * *',
  '*/15 * * * *',
  '0 22 * * 1-5',
  '0 0 13 * 5',
  '0 0 13 */1 5',
  '0 0 */2 * 1',
  '0 0 */1 * 1',
  '0 0 ? * MON',
  '0 0 1-31 * 1',
  '0 0 *,5 * 1',
  '0 0 29 2 *',
  '0 0 30 FEB,apr *',
  '0 0 31 2 *',
  '5/15 3-9/2 * * *',
  '1,1 0 * * *',
  '1,,2 0 * * *',
  ', * * * *',
  '*/100 * * * *',
  '*-5 * * * *',
  '+5 0 * * *',
  '08 0 * * *',
  '0 0 * * SUN-tue',
  '@yearly',
  '@annually',
  '@monthly',
  '@weekly',
  '@daily',
  '@midnight',
  '@hourly',
  '@reboot',
  '@Daily',
  '0 0 * * 7',
  '0 0 * * fri-mon',
  '0 0 L * *',
  '0 0 15W * *',
  '0 0 * * 1#2',
  '0 0 1 janu *',
  '0 0 1 1-13 *',
  '60 * * * *',
  '* * 0 * *',
  '*/0 * * * *',
  '1//2 * * * *',
  '1-2-3 * * * *',
  '-1 * * * *',
  '1- * * * *',
  '0x5 * * * *',
  '1.5 * * * *',
  'TZ=UTC * * * *',
  '* * * *',
  '* * * * * *',
];

const NAMES = { month: ['jan', 'Feb', 'MAR', 'may', 'dec'], dayOfWeek: ['sun', 'Mon', 'TUE', 'sat'] };

/** The written ones, then as many others as it takes to have `number` of them. */
export function scheduleTexts(dice: Dice, number: number): string[] {
  const made = Array.from({ length: Math.max(0, number - WRITTEN.length) }, () =>
    [
      field(dice, 0, 59),
      field(dice, 0, 23),
      field(dice, 1, 31),
      field(dice, 1, 12, NAMES.month),
      field(dice, 0, 6, NAMES.dayOfWeek),
    ].join(' '),
  );
  return [...WRITTEN, ...made].slice(0, number);
}

function field(dice: Dice, min: number, max: number, names: readonly string[] = []): string {
  if (dice.chance(35)) return dice.pick(['*', '*', '*', '?']);
  return Array.from({ length: dice.chance(75) ? 1 : 1 + dice.roll(4) }, () => part(dice, min, max, names)).join(',');
}

function part(dice: Dice, min: number, max: number, names: readonly string[]): string {
  const value = (): string => {
    // Now and then what is not allowed.
    if (dice.chance(2)) return dice.pick([String(max + 1), String(min - 1), 'x', '']);
    return names.length > 0 && dice.chance(30) ? dice.pick(names) : String(min + dice.roll(max - min + 1));
  };
  const low = dice.chance(15) ? dice.pick(['*', '?']) : value();
  const ends = dice.chance(30) ? [low, value()].sort((a, b) => Number(a) - Number(b)).join('-') : low;
  return dice.chance(25) ? `${ends}/${dice.roll(12)}` : ends;
}
