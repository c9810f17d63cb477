import { hostileCorpus, type HostileEntry } from '@eso/testing';
import { hostile } from './hostile.ts';
import { isHarmless, MOST_TIMES, type HostileReport } from './hostile-report.ts';
import { markdown } from './report.ts';
import { type Scenario, wholeNumber } from './scenario.ts';

/** `--scenario hostile`: what one tenant can do to the refreshes of another. */
export const hostileScenario: Scenario = {
  options: { entry: { type: 'string' }, seconds: { type: 'string' }, copies: { type: 'string' } },
  usage: '[--entry NAME[,NAME]] [--seconds N] [--copies N]',
  prepare: (values) => {
    const seconds = wholeNumber(values, 'seconds', { fallback: 10, min: 2, max: 3_600 });
    const copies = wholeNumber(values, 'copies', { fallback: 4, min: 1, max: 100 });
    const entries = entriesNamed(values['entry']);
    return async () => {
      const report = await hostile({ entries, seconds, copies });
      return { table: table(report), figures: report, passed: report.entries.every(isHarmless) };
    };
  },
};

function entriesNamed(names: unknown): readonly HostileEntry[] {
  if (typeof names !== 'string') return hostileCorpus;
  return names.split(',').map((name) => {
    const entry = hostileCorpus.find((candidate) => candidate.name === name);
    if (!entry) throw new Error(`no entry "${name}"; there are ${hostileCorpus.map((one) => one.name).join(', ')}`);
    return entry;
  });
}

function table({ quiet, entries }: HostileReport): string {
  const rows = entries.map((result) => [
    result.entry,
    result.p99GapMs.toFixed(0),
    result.ratio.toFixed(2),
    result.guilty,
    String(result.leadershipsLost),
    String(result.processesEnded),
    isHarmless(result) ? 'ok' : 'FAILED',
  ]);
  return [
    `Without attack, the p99 gap between two refreshes of a neighbour is ${quiet.p99GapMs.toFixed(0)} ms of ${quiet.gaps} gaps.`,
    `Under attack it may be ${MOST_TIMES} times that.`,
    '',
    markdown(
      ['entry', 'p99 gap, ms', 'times', 'what the guilty object says', 'leaderships lost', 'processes ended', ''],
      rows,
    ),
    '',
    ...entries.filter((result) => !isHarmless(result)).map(({ entry, said }) => `${entry}: ${said.join('\n  ')}`),
  ].join('\n');
}
