import type { FloodKind } from './flood.ts';
import { type BesideFlood, hop } from './hop.ts';
import type { HopLevel } from './hop-client.ts';
import { markdown } from './report.ts';
import { type Scenario, wholeNumber } from './scenario.ts';

const IN_FLIGHT = [1, 16, 64];
const BESIDE = ['none', 'silent-tls', 'silent-tcp', 'rapid-reset'] as const satisfies (FloodKind | 'none')[];

/** `--scenario hop`: what one call from core to a provider takes, and with `--beside` what a flood of strangers makes of it. */
export const hopScenario: Scenario = {
  options: { calls: { type: 'string' }, beside: { type: 'string' } },
  usage: `[--calls N] [--beside ${BESIDE.join('|')}]`,
  prepare: (values) => {
    const calls = wholeNumber(values, 'calls', { fallback: 20_000, min: 100, max: 10_000_000 });
    const beside = BESIDE.find((one) => one === (values['beside'] ?? 'none'));
    if (beside === undefined) throw new Error(`--beside takes one of ${BESIDE.join(', ')}`);
    return async () => {
      const report = await hop({ calls, inFlight: IN_FLIGHT, beside });
      const told = report.beside ? besideTable(report.beside) : table(report.levels);
      return { table: told, figures: report, passed: true };
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

function besideTable({ flood, alone, beside, after, p95Ratio, totals }: BesideFlood): string {
  const rows = [
    ['alone', alone],
    [`beside ${flood}`, beside],
    ['after it', after],
  ] as const;
  const perSecond = (count: number): string => (count / totals.seconds).toFixed(0);
  return [
    markdown(
      ['16 in flight', 'calls/s', 'p50 ms', 'p95 ms', 'client CPU ms', 'server CPU ms', 'server MiB'],
      rows.map(([name, level]) => [
        name,
        level.callsPerSecond.toFixed(0),
        level.p50Ms.toFixed(2),
        level.p95Ms.toFixed(2),
        level.clientCpuMs.toFixed(3),
        level.serverCpuMs.toFixed(3),
        level.serverPeakRssMiB.toFixed(0),
      ]),
    ),
    '',
    `p95 beside the flood is ${p95Ratio.toFixed(2)} times p95 alone.`,
    `The flood connected ${perSecond(totals.connected)} times/s, was cut ${perSecond(totals.cut)} times/s, ` +
      `and took ${(totals.cpuSeconds / totals.seconds).toFixed(2)} cores for itself.`,
  ].join('\n');
}
