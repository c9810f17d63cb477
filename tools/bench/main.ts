/**
 * npm run bench -- --scenario first-sync --objects 1000 --json FILE     (and refresh, refresh-coalesced, restart, lane, change)
 * npm run bench -- --scenario hop --calls 20000     (--beside silent-tls: an honest client beside a flood)
 * npm run bench -- --scenario hostile --entry rewrite-doubling --seconds 20
 * npm run bench -- --scenario template
 * npm run bench -- --scenario stores --stores 200 --minutes 3
 * npm run bench -- --scenario logins --calls 10000      (and tenants --tenants 1000)
 *
 * Brings up a control plane and an installation of its own, measures, prints a table, and writes the same figures to FILE.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { bundleAll } from '../nx.ts';
import { step } from '../setup.mjs';
import { changeScenario } from './change.ts';
import { firstSyncScenario } from './first-sync.ts';
import { hopScenario } from './hop-scenario.ts';
import { hostileScenario } from './hostile-scenario.ts';
import { laneScenario } from './lane.ts';
import { coalescedRefreshScenario } from './refresh-coalesced.ts';
import { loginsScenario } from './logins.ts';
import { refreshScenario } from './refresh.ts';
import { restartScenario } from './restart.ts';
import { storesScenario } from './stores.ts';
import { tenantsScenario } from './tenants.ts';
import { templateScenario } from './template.ts';
import type { Run, Scenario } from './scenario.ts';

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'first-sync': firstSyncScenario,
  refresh: refreshScenario,
  'refresh-coalesced': coalescedRefreshScenario,
  restart: restartScenario,
  lane: laneScenario,
  change: changeScenario,
  hop: hopScenario,
  hostile: hostileScenario,
  template: templateScenario,
  stores: storesScenario,
  logins: loginsScenario,
  tenants: tenantsScenario,
};

const usage = ['usage: npm run bench -- [--scenario NAME] [--json FILE], with the options of the scenario:']
  .concat(Object.entries(SCENARIOS).map(([name, { usage }]) => `  ${name} ${usage}`))
  .join('\n');

/** The run that the command line asks for, and where its figures go. @throws Error that says what cannot be used */
function fromCommandLine(): { run: Run; inProcess: boolean; json: string | undefined } {
  // Which options there are depends on the scenario, so that one is looked for first, past whatever else is given.
  const { values: first } = parseArgs({ strict: false, options: { scenario: { type: 'string' } } });
  const name = typeof first.scenario === 'string' ? first.scenario : 'first-sync';
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (!scenario) throw new Error(`unknown scenario "${name}"`);
  const { values } = parseArgs({
    options: { ...scenario.options, scenario: { type: 'string' }, json: { type: 'string' } },
  });
  const { json, ...own } = values;
  const { inProcess = false } = scenario;
  return { run: scenario.prepare(own), inProcess, json: typeof json === 'string' ? json : undefined };
}

let given;
try {
  given = fromCommandLine();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
}
if (!given.inProcess) {
  await ensureBinaries({ progress: step });
  await bundleAll();
}
const { table, figures, passed } = await given.run();
console.log(`\n${table}`);
if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify(figures, undefined, 2)}\n`);
process.exit(passed ? 0 : 1);
