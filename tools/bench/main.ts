/**
 * npm run bench -- --scenario first-sync --objects 1000 --json FILE
 *
 * Brings up a control plane and an installation of its own, measures, prints a table, and writes the same figures to FILE.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { bundleAll } from '../nx.ts';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { step } from '../setup.mjs';
import { firstSync } from './first-sync.ts';
import { type Report, table } from './report.ts';

const SCENARIOS: Readonly<Record<string, (options: { objects: number }) => Promise<Report>>> = {
  'first-sync': firstSync,
};

const usage = `usage: npm run bench -- [--scenario ${Object.keys(SCENARIOS).join('|')}] [--objects N] [--json FILE]`;

function arguments_(): { scenario: string; objects: number; json: string | undefined } {
  const { values } = parseArgs({
    options: {
      scenario: { type: 'string', default: 'first-sync' },
      objects: { type: 'string', default: '1000' },
      json: { type: 'string' },
    },
  });
  const objects = Number(values.objects);
  if (!Object.hasOwn(SCENARIOS, values.scenario)) throw new Error(`unknown scenario "${values.scenario}"`);
  if (!Number.isInteger(objects) || objects < 1 || objects > 100_000)
    throw new Error('--objects takes a whole number from 1 to 100000');
  return { scenario: values.scenario, objects, json: values.json };
}

let given;
try {
  given = arguments_();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exit(2);
}
await ensureBinaries({ progress: step });
await bundleAll();
const report = await (SCENARIOS[given.scenario] as (options: { objects: number }) => Promise<Report>)({
  objects: given.objects,
});
console.log(`\n${table(report)}`);
if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify(report, undefined, 2)}\n`);
process.exit(0);
