/**
 * npm run parity: each row of docs/parity.md that is not "not yet" needs a test whose title carries its id, and that ran and passed.
 *
 * --static        runs nothing: looks at the titles in the sources only (npm run check does this)
 * --only KINDS    runs unit, int or e2e tests alone, and judges the rows that these show
 * --ids A,B       runs the tests of these rows alone
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { startControlPlane } from '@eso/control-plane/control-plane.mjs';
import { ensureMoto } from '@eso/control-plane/moto.mjs';
import { bundleAll } from '../nx.ts';
import type { JestReport } from '../regress/results.ts';
import { root, step } from '../setup.mjs';
import { ranClaims, writtenClaims } from './claims.ts';
import { rowsOf } from './rows.ts';
import { runSuite, type Suite, suitesOf } from './run.ts';
import { type TaggedFile, taggedFiles } from './sources.ts';
import { type Claim, countsOf, problemsOf } from './verdict.ts';

const { values } = parseArgs({
  options: {
    static: { type: 'boolean', default: false },
    only: { type: 'string', default: 'unit,int,e2e' },
    ids: { type: 'string' },
  },
});
const ids = values.ids?.split(',');
const wanted = (claimed: readonly string[]): boolean => ids === undefined || claimed.some((id) => ids.includes(id));

async function reportsOf(suites: readonly Suite[], env: NodeJS.ProcessEnv): Promise<JestReport[]> {
  const reports: JestReport[] = [];
  for (const suite of suites) {
    step(`${suite.kind} ${suite.project}: ${suite.files.length} files`);
    const report = await runSuite(suite, env, ids);
    reports.push(report);
    const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
    const [passed, failed] = ['passed', 'failed'].map((word) => results.filter(({ status }) => status === word).length);
    step(`${suite.kind} ${suite.project}: ${passed} passed, ${failed} failed`);
  }
  return reports;
}

/** Runs suites with what they need around them. */
async function ran(suites: readonly Suite[], files: readonly TaggedFile[]): Promise<Claim[]> {
  if (suites.every(({ kind }) => kind === 'unit')) return ranClaims(root, files, await reportsOf(suites, {}));
  if (suites.some(({ kind }) => kind === 'e2e')) await bundleAll();
  await ensureBinaries({ progress: step });
  await ensureMoto({ progress: step });
  const controlPlane = await startControlPlane({ progress: step });
  try {
    return ranClaims(root, files, await reportsOf(suites, { ESO_CONTROL_PLANE: controlPlane.stateFile }));
  } finally {
    await controlPlane.stop();
  }
}

const { rows, problems: pageProblems } = rowsOf(readFileSync(join(root, 'docs', 'parity.md'), 'utf8'));
const all = taggedFiles(root);
// What no source claims cannot be shown by a run: it is said at once.
const problems = new Set([...pageProblems, ...problemsOf(rows, writtenClaims(all))]);
let claims = writtenClaims(all);
let judged = rows;
if (!values.static) {
  const kinds = new Set(values.only.split(','));
  const files = all
    .filter(({ kind }) => kind !== undefined && kinds.has(kind))
    .map((file) => ({ ...file, titles: file.titles.filter((title) => wanted(title.ids)) }))
    .filter(({ titles }) => titles.length > 0);
  const claimed = new Set(files.flatMap(({ titles }) => titles.flatMap((title) => title.ids)));
  judged = rows.filter(({ id }) => claimed.has(id) && wanted([id]));
  claims = (await ran(suitesOf(files), files)).filter((claim) => wanted(claim.ids));
  for (const problem of problemsOf(rows, claims, judged)) problems.add(problem);
}
for (const problem of problems) console.log(problem);
step(`${countsOf(judged, claims)}, ${problems.size} problems`);
process.exit(problems.size === 0 ? 0 : 1);
