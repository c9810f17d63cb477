/**
 * npm run check: the gate before a push. Every step runs even when an earlier one failed, so that one run tells all.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, step } from '../setup.mjs';
import { bundleViolations, type Metafile } from './bundles.ts';

const node = process.execPath;
const nx = ['node_modules/nx/bin/nx.js', 'run-many', '--output-style=static'];
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };

const command =
  (...args: string[]) =>
  async () =>
    (await run(node, args, { env })) === 0;

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
  ['types', command(...nx, '-t', 'typecheck', '--parallel=2')],
  ['lint and module boundaries', command(...nx, '-t', 'lint', '--parallel=1')],
  ['bundles build', command(...nx, '-t', 'bundle', '--parallel=2')],
  ['bundles contain only what they may', bundlesAreClean],
  ['libraries build for publishing', command(...nx, '-t', 'build-lib', '--parallel=2')],
  ['unit tests', command(...nx, '-t', 'test', '--parallel=2')],
];

const failed: string[] = [];
for (const [name, passes] of steps) {
  step(name);
  if (!(await passes())) failed.push(name);
}
step(failed.length === 0 ? 'the gate is open: everything passed' : `failed: ${failed.join('; ')}`);
process.exit(failed.length === 0 ? 0 : 1);
