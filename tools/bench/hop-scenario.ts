import { hop } from './hop.ts';
import type { HopLevel } from './hop-client.ts';
import { markdown } from './report.ts';
import { type Scenario, wholeNumber } from './scenario.ts';

const IN_FLIGHT = [1, 16, 64];

/** `--scenario hop`: what one call from core to a provider takes. */
export const hopScenario: Scenario = {
  options: { calls: { type: 'string' } },
  usage: '[--calls N]',
  prepare: (values) => {
    const calls = wholeNumber(values, 'calls', { fallback: 20_000, min: 100, max: 10_000_000 });
    return async () => {
      const report = await hop({ calls, inFlight: IN_FLIGHT });
      return { table: table(report.levels), figures: report, passed: true };
    };
  },
};

function table(levels: readonly HopLevel[]): string {
  const head = [
    'in flight',
    'calls/s',
    'p50 ms',
    'p95 ms',
    'client CPU ms',
    'server CPU ms',
    'client MiB',
    'server MiB',
  ];
  const rows = levels.map((level) => [
    String(level.inFlight),
    level.callsPerSecond.toFixed(0),
    level.p50Ms.toFixed(2),
    level.p95Ms.toFixed(2),
    level.clientCpuMs.toFixed(3),
    level.serverCpuMs.toFixed(3),
    level.clientPeakRssMiB.toFixed(0),
    level.serverPeakRssMiB.toFixed(0),
  ]);
  return markdown(head, rows);
}
