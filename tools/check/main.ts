/**
 * npm run check: the gate before a push. Every step runs even when an earlier one failed, so that one run tells all.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nx } from '../nx.ts';
import { root, run, step } from '../setup.mjs';
import { bundleViolations, type Metafile } from './bundles.ts';

const command =
  (...args: string[]) =>
  async () =>
    (await run(process.execPath, args)) === 0;

const target = (name: string, parallel: number) => async () =>
  (await nx(['run-many', '-t', name, `--parallel=${parallel}`], {}, (text) => process.stdout.write(text))) === 0;

/** Reads every bundle's metafile and prints what may not be inside. */
function bundlesAreClean(): boolean {
  let clean = true;
  for (const app of readdirSync(join(root, 'apps'))) {
    const meta = join(root, 'apps', app, 'dist', 'meta.json');
    if (!existsSync(meta)) {
      console.log(`apps/${app} has no bundle (dist/meta.json)`);
      clean = false;
      continue;
    }
    for (const violation of bundleViolations(app, JSON.parse(readFileSync(meta, 'utf8')) as Metafile)) {
      console.log(violation);
      clean = false;
    }
  }
  return clean;
}

const steps: readonly (readonly [string, () => boolean | Promise<boolean>])[] = [
  ['formatting', command('node_modules/prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.')],
  ['contract and generated files', command('--conditions=@eso/source', 'tools/generate.mjs', '--check')],
  ['types', target('typecheck', 2)],
  ['lint and module boundaries', target('lint', 1)],
  ['bundles build', target('bundle', 2)],
  ['bundles contain only what they may', bundlesAreClean],
  ['libraries build for publishing', target('build-lib', 2)],
  ['unit tests', target('test', 2)],
];

const failed: string[] = [];
for (const [name, passes] of steps) {
  step(name);
  if (!(await passes())) failed.push(name);
}
step(failed.length === 0 ? 'the gate is open: everything passed' : `failed: ${failed.join('; ')}`);
process.exit(failed.length === 0 ? 0 : 1);
