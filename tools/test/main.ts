/**
 * npm test: unit tests, integration tests against a real API server, the end-to-end path. Sets up what is missing,
 * prints progress, and closes with one line of counts. With CI=true a skipped test is a failure.
 *
 * --only unit,int,e2e  some kinds
 * --projects a,b       some projects
 * --affected           what changed since NX_BASE (default main) and all that depends on it
 */
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { startControlPlane } from '@eso/control-plane/control-plane.mjs';
import { ensureMoto } from '@eso/control-plane/moto.mjs';
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

/** Runs one Nx target over all projects that have it, counting the tests it reports. */
async function runTarget(
  target: string,
  parallel: number,
  counter: TestCounter,
  env: NodeJS.ProcessEnv,
): Promise<boolean> {
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
  let ok = true;
  if (kinds.has('unit')) ok = await runTarget('test', 2, counter, {});
  if (kinds.has('int') || kinds.has('e2e')) {
    await ensureBinaries({ progress: stepUnlessPrepared });
    await ensureMoto({ progress: stepUnlessPrepared });
    step('control plane: starts');
    const controlPlane = await startControlPlane({ progress: step });
    try {
      const env = { ESO_CONTROL_PLANE: controlPlane.stateFile };
      if (kinds.has('int')) ok = (await runTarget('test-int', 1, counter, env)) && ok;
      if (kinds.has('e2e')) ok = (await runTarget('e2e', 1, counter, env)) && ok;
    } finally {
      await controlPlane.stop();
    }
  }
  const { passed, failed, skipped } = counter;
  if (process.env['CI'] === 'true' && skipped > 0) {
    console.log(`${skipped} tests were skipped; in CI a skip is a failure`);
    ok = false;
  }
  if (!ok && failed === 0) console.log('a target failed without a failing test; its output is above');
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  return ok && failed === 0 ? 0 : 1;
}

process.exit(await main());
