/**
 * npm run check: the gate before a push. Every step runs even when an earlier one failed, so that one run tells all.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { nx } from '../nx.ts';
import { root, run, step } from '../setup.mjs';
import { bundleViolations, type Metafile, needsWorker } from './bundles.ts';

const command =
  (...args: string[]) =>
  async () =>
    (await run(process.execPath, args)) === 0;

const target = (name: string, parallel: number) => async () =>
  (await nx(['run-many', '-t', name, `--parallel=${parallel}`], {}, (text) => process.stdout.write(text))) === 0;

/** Reads every bundle's metafiles and prints what may not be inside, and what is missing. */
function bundlesAreClean(): boolean {
  const problems = readdirSync(join(root, 'apps')).flatMap((app) => {
    const main = metafile(app, 'meta.json');
    if (!main) return [`apps/${app} has no bundle (dist/meta.json)`];
    const worker = metafile(app, 'meta-worker.json');
    if (!worker && needsWorker(main))
      return [`apps/${app} starts workers, and has no program for them (src/worker.ts)`];
    return [main, ...(worker ? [worker] : [])].flatMap((bundle) => bundleViolations(app, bundle));
  });
  for (const problem of problems) console.log(problem);
  return problems.length === 0;
}

function metafile(app: string, name: string): Metafile | undefined {
  const path = join(root, 'apps', app, 'dist', name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Metafile) : undefined;
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
