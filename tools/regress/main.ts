/**
 * npm run regress -- [REV] [--compare] [--only PATTERN] [--long] [--expect pass|fail] [--json FILE]
 *
 * Runs the black-box tests of e2e/src/hardening against the programs, CRDs and rights of an earlier revision, or of this
 * checkout, and prints what passed and why the rest did not.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { bundleAll } from '../nx.ts';
import { step } from '../setup.mjs';
import { bundlesOf, resolveRevision } from './revision.ts';
import { type Column, resultTable, summary } from './results.ts';
import { BUNDLES_ENV, runTests } from './run.ts';

const USAGE = `usage: npm run regress -- [REV] [--compare] [--only PATTERN] [--long] [--expect pass|fail] [--json FILE]

  REV                 a commit, branch or tag whose programs are tested; without it, those of this checkout
  --compare           test those of this checkout as well, and print both side by side
  --only PATTERN      only the test files whose name matches
  --long              also what is long by its nature (*.long.spec.ts)
  --expect pass|fail  exit code 1 unless every test does so at REV (and, with --compare, passes here)
  --json FILE         the same as JSON`;

interface Arguments {
  readonly revision: string | undefined;
  readonly compare: boolean;
  readonly only: string;
  readonly long: boolean;
  readonly expect: 'pass' | 'fail' | undefined;
  readonly json: string | undefined;
}

function readArguments(): Arguments {
  const { values, positionals } = parseArgs({
    options: {
      compare: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
      long: { type: 'boolean', default: false },
      expect: { type: 'string' },
      json: { type: 'string' },
    },
    allowPositionals: true,
  });
  const { compare, only, long, expect, json } = values;
  const [revision, ...more] = positionals;
  if (more.length > 0) throw new Error(`one revision, not ${positionals.length}`);
  if (compare && revision === undefined) throw new Error('--compare needs a revision to compare with');
  if (expect !== undefined && expect !== 'pass' && expect !== 'fail') throw new Error('--expect takes pass or fail');
  return { revision, compare, only, long, expect, json };
}

/** Runs the tests against what a revision, or this checkout, builds. */
async function column({ only, long }: Arguments, revision: string | undefined): Promise<Column> {
  const commit = revision === undefined ? undefined : await resolveRevision(revision);
  const name = commit?.slice(0, 12) ?? 'here';
  const bundles = commit === undefined ? undefined : await bundlesOf(commit, step);
  if (bundles === undefined) await bundleAll();
  step(`${name}: tests start`);
  const results = await runTests({
    kind: long ? 'long' : 'e2e',
    // These know nothing of the programs but what users and the network see.
    folder: 'hardening',
    only,
    env: bundles === undefined ? {} : { [BUNDLES_ENV]: bundles },
    progress: (line) => step(`${name}: ${line.trim()}`),
  });
  step(`${name}: ${summary(results)}`);
  return { revision: name, results };
}

/** Whether every test of a column ended as expected. */
const allAre = ({ results }: Column, kind: 'passed' | 'failed'): boolean =>
  results.every(({ outcome }) => outcome.kind === kind);

async function main(given: Arguments): Promise<number> {
  await ensureBinaries({ progress: step });
  const columns = [await column(given, given.revision)];
  if (given.compare) columns.push(await column(given, undefined));
  console.log(`\n${resultTable(columns)}\n`);
  for (const { revision, results } of columns) console.log(`${revision}: ${summary(results)}`);
  if (given.json !== undefined) writeFileSync(given.json, `${JSON.stringify(columns, undefined, 2)}\n`);
  if (columns.some(({ results }) => results.length === 0)) {
    console.error('no test matches');
    return 1;
  }
  if (columns.some(({ results }) => results.some(({ outcome }) => outcome.kind === 'broken'))) return 1;
  const [first, here] = columns;
  if (given.expect === undefined || !first) return 0;
  const asExpected = allAre(first, given.expect === 'pass' ? 'passed' : 'failed') && (!here || allAre(here, 'passed'));
  if (!asExpected) console.error(`not every test did as expected: ${given.expect} at ${first.revision}`);
  return asExpected ? 0 : 1;
}

let given: Arguments;
try {
  given = readArguments();
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
