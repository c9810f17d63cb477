/**
 * npm test: unit tests, integration tests against a real API server, the end-to-end path. Sets up what is missing,
 * prints progress, and closes with one line of counts. With CI=true a skipped test is a failure.
 *
 * --only unit,int,e2e  some kinds; these three unless given. A fourth, cluster, runs what is not long of
 *                      "npm run cluster -- test": it needs root, and continuous integration runs it
 * --projects a,b       some projects
 * --affected           what changed since NX_BASE (default main) and all that depends on it
 */
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { startControlPlane } from '@eso/control-plane/control-plane.mjs';
import { ensureHelm } from '@eso/control-plane/helm.mjs';
import { ensureMoto } from '@eso/control-plane/moto.mjs';
import { endWith } from '../ends-with.mjs';
import { nx } from '../nx.ts';
import { step, stepUnlessPrepared } from '../setup.mjs';
import { TestCounter } from './counter.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'unit,int,e2e' },
    projects: { type: 'string' },
    affected: { type: 'boolean', default: false },
  },
});
const kinds = new Set(values.only.split(','));

/** Runs Nx targets over all projects that have them, counting the tests they report. */
async function runTargets(
  targets: readonly string[],
  parallel: number,
  counter: TestCounter,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
  if (targets.length === 0) return true;
  const target = targets.join(',');
  step(`${target}: starts`);
  const args = [
    values.affected ? 'affected' : 'run-many',
    '-t',
    target,
    `--parallel=${parallel}`,
    ...(values.projects ? ['-p', values.projects] : []),
  ];
  const code = await nx(args, env, (text) => {
    counter.read(text);
    process.stdout.write(text);
  });
  step(`${target}: ${code === 0 ? 'passed' : 'FAILED'}`);
  return code === 0;
}

async function main(): Promise<number> {
  const counter = new TestCounter();
  const unit = kinds.has('unit') ? ['test'] : [];
  const int = kinds.has('int') ? ['test-int'] : [];
  let ok = true;
  if (int.length > 0 || kinds.has('e2e')) {
    await ensureBinaries({ progress: stepUnlessPrepared });
    await ensureMoto({ progress: stepUnlessPrepared });
    if (int.length > 0) await ensureHelm({ progress: stepUnlessPrepared });
    step('control plane: starts');
    const controlPlane = await startControlPlane({ progress: step });
    try {
      const env = { ESO_CONTROL_PLANE: controlPlane.stateFile };
      // Each project has a control plane and programs beside its tests: three of them took ten times what two cores have, and tests waited out.
      ok = await runTargets([...unit, ...int], 2, counter, env);
      if (kinds.has('e2e')) ok = (await runTargets(['e2e'], 1, counter, env)) && ok;
    } finally {
      await controlPlane.stop();
    }
  } else ok = await runTargets(unit, 2, counter, {});
  if (kinds.has('cluster'))
    ok = (await runTargets(['cluster'], 1, counter, { ESO_ENDS_WITH: String(process.pid) })) && ok;
  const { passed, failed, skipped } = counter;
  if (process.env['CI'] === 'true' && skipped > 0) {
    console.log(`${skipped} tests were skipped; in CI a skip is a failure`);
    ok = false;
  }
  if (!ok && failed === 0) console.log('a target failed without a failing test; its output is above');
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return ok && failed === 0 ? 0 : 1;
}

endWith(process.ppid);
process.exit(await main());
