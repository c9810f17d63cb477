import { reportLines, type RuleId } from '@eso/conformance';
import { peerFaults, peerLanguages } from '@eso/testing';
import { SLOW_RULES, wronglyJudged } from './broken-rule.ts';
import { PeerBench } from './peer-run.ts';

/** A first build of the programs takes this long on a loaded machine. */
const BUILD_MS = 600_000;
let bench: PeerBench;

beforeAll(async () => {
  bench = await PeerBench.create();
});
afterAll(() => bench.remove());

test.each(peerLanguages)(
  'the provider in %s keeps every rule',
  async (language) => {
    const report = await bench.judge({ language });
    console.log(reportLines(report).join('\n'));
    expect(report.rules.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  },
  BUILD_MS,
);

// Every rule is broken in broken-peers.long.spec.ts.
test.each(peerLanguages)(
  'the provider in %s that breaks one rule of a group fails that rule and no other',
  async (language) => {
    const groups = new Map<string, RuleId>();
    for (const fault of (await peerFaults(language)) as RuleId[]) {
      const [group = ''] = fault.split('.');
      if (!SLOW_RULES.has(fault) && !groups.has(group)) groups.set(group, fault);
    }
    expect(groups.size).toBeGreaterThan(10);
    const wrong: string[] = [];
    for (const fault of groups.values()) wrong.push(...(await wronglyJudged(bench, language, fault)));
    expect(wrong).toEqual([]);
  },
  BUILD_MS,
);
