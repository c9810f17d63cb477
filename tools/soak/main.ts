/**
 * npm run soak [-- --seconds 25 --callers 256]: what a new Node has to pass (transport.ts).
 * npm run soak -- --minutes 20 [--seed 1]: the whole system under everything that happens to it (system/soak.ts).
 *
 * `--scenario transport|system` says which of both; without it, `--minutes` or `--seed` mean the system.
 */
import { parseArgs } from 'node:util';
import { soakSystem } from './system/soak.ts';
import { soakTransport } from './transport.ts';

const { values } = parseArgs({
  options: {
    scenario: { type: 'string' },
    seconds: { type: 'string', default: '25' },
    callers: { type: 'string', default: '256' },
    minutes: { type: 'string' },
    seed: { type: 'string' },
  },
});
const { scenario = values.minutes === undefined && values.seed === undefined ? 'transport' : 'system' } = values;
const number = (text: string, name: string, min: number, max: number): number => {
  const value = Number(text);
  if (value >= min && value <= max) return value;
  console.error(`--${name} takes ${min} to ${max}`);
  process.exit(2);
};
if (scenario !== 'transport' && scenario !== 'system') {
  console.error('--scenario takes transport or system');
  process.exit(2);
}
const passed =
  scenario === 'transport'
    ? await soakTransport({
        seconds: number(values.seconds, 'seconds', 0.001, 600),
        callers: number(values.callers, 'callers', 1, 4_096),
      })
    : await soakSystem({
        minutes: number(values.minutes ?? '20', 'minutes', 1, 1_440),
        seed: number(values.seed ?? String(Date.now() % 1_000_000), 'seed', 0, 2 ** 31),
      });
process.exit(passed ? 0 : 1);
