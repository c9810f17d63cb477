/**
 * npm run compat -- [REV] [--only PATTERN]
 *
 * Runs the programs of this checkout beside those of the last release, on a real control plane, and prints what of the first
 * path works in each pairing: core of today with providers of then, core of then with providers of today.
 */
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { ensureMoto } from '@eso/control-plane/moto.mjs';
import { bundleAll } from '../nx.ts';
import { type Column, resultTable, summary } from '../regress/results.ts';
import { bundlesOf, resolveRevision } from '../regress/revision.ts';
import { runTests } from '../regress/run.ts';
import { step, stepUnlessPrepared } from '../setup.mjs';
import { lastRelease, type Release } from './last-release.ts';
import { pairings } from './pairings.ts';

const USAGE = `usage: npm run compat -- [REV] [--only PATTERN]

  REV             a commit, branch or tag that stands for the last release; without it, the last tag of one, or else the
                  revision in tools/compat/last-release.txt
  --only PATTERN  only the pairings whose file name matches: old-providers, old-core, old-chart`;
/** Path of a directory with the programs and charts of the last release, as e2e/src/compat reads it. */
const PREVIOUS_ENV = 'ESO_PREVIOUS';

interface CompatArguments {
  readonly revision: string | undefined;
  readonly only: string;
}

function readCompatArguments(): CompatArguments {
  const { values, positionals } = parseArgs({
    options: { only: { type: 'string', default: '' } },
    allowPositionals: true,
  });
  if (positionals.length > 1) throw new Error(`one revision, not ${positionals.length}`);
  return { revision: positionals[0], only: values.only };
}

async function main({ revision, only }: CompatArguments): Promise<number> {
  const release: Release = revision === undefined ? await lastRelease() : { revision, source: 'the command line' };
  const commit = await resolveRevision(release.revision);
  step(`the release before this one is ${release.revision.slice(0, 20)}, by ${release.source}`);
  const previous = await bundlesOf(commit, step);
  step('programs of this checkout: are bundled');
  await bundleAll();
  await ensureBinaries({ progress: stepUnlessPrepared });
  await ensureMoto({ progress: stepUnlessPrepared });
  step('both run beside each other');
  const results = await runTests({
    kind: 'compat',
    folder: 'compat',
    only,
    env: { [PREVIOUS_ENV]: previous },
    progress: (line) => step(line.trim()),
  });
  const columns: Column[] = pairings(results);
  console.log(`\n${resultTable(columns)}\n`);
  for (const { revision: pairing, results: own } of columns) console.log(`${pairing}: ${summary(own)}`);
  if (results.length === 0) console.error('no pairing matches');
  return results.length > 0 && results.every(({ outcome }) => outcome.kind === 'passed') ? 0 : 1;
}

let given: CompatArguments;
try {
  given = readCompatArguments();
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  process.exit(2);
}
try {
  process.exit(await main(given));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
