/**
 * npm run mutants -- --count 120 --seed REV
 *
 * Puts small faults into the sources, one at a time, and runs the unit and integration tests: what nobody notices is a gap in
 * the tests. The faults are drawn by the seed. Works in copies of the checkout; verdicts are kept by content.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureBinaries } from '@eso/control-plane/binaries.mjs';
import { cacheRoot } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { startControlPlane } from '@eso/control-plane/control-plane.mjs';
import { ensureMoto } from '@eso/control-plane/moto.mjs';
import { root, step } from '../setup.mjs';
import { draw, isMutated, projectOf } from './draw.ts';
import { applied, type Mutant, mutantsOf, parses } from './operators.ts';
import { Sandbox } from './sandbox.ts';
import { type Suite, suitesFor } from './suites.ts';
import { percent, report, type Verdict, Verdicts } from './verdicts.ts';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '120' },
    seed: { type: 'string', default: 'HEAD' },
    only: { type: 'string' },
    jobs: { type: 'string', default: '2' },
    'at-least': { type: 'string', default: '0' },
    json: { type: 'string' },
  },
});

/** A suite takes at most this many times what it takes without a fault, and some more for a busy machine; milliseconds. */
const LIMIT_FACTOR = 3;
const LIMIT_EXTRA_MS = 60_000;

async function main(): Promise<number> {
  const count = wholeNumber('count', 1, 10_000);
  const jobs = wholeNumber('jobs', 1, 16);
  const atLeast = wholeNumber('at-least', 0, 100);
  const seed = (await runCommand('git', ['-C', root, 'rev-parse', '--verify', `${values.seed}^{commit}`])).trim();
  const all = await allMutants();
  // Some of the drawn do not parse; as many more are drawn.
  const drawn = draw(all, 2 * count, seed)
    .filter(stillParses)
    .slice(0, count);
  step(`${drawn.length} of ${all.length} mutants, drawn by ${seed.slice(0, 12)}`);
  await ensureBinaries({ progress: step });
  await ensureMoto({ progress: step });
  const verdicts = new Verdicts(await stateOfTree());
  const todo = [...drawn];
  const done: Verdict[] = [];
  const note = (verdict: Verdict): void => {
    done.push(verdict);
    const { mutant, result, by } = verdict;
    const caught = done.filter((one) => one.result === 'caught').length;
    step(
      `${done.length}/${drawn.length} ${result}${by === undefined ? '' : ` by ${by}`}: ${mutant.file}:${mutant.line} ` +
        `${mutant.operator} (${percent(caught, done.length)} caught so far)`,
    );
  };
  await Promise.all(Array.from({ length: jobs }, (_, job) => work(job, todo, verdicts, note)));
  const caught = done.filter(({ result }) => result === 'caught').length;
  console.log(`\n${report(done, projectOf)}`);
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(done, undefined, 2)}\n`);
  return (100 * caught) / done.length >= atLeast ? 0 : 1;
}

/** Takes mutants from the list until it is empty, in a sandbox and with a control plane of its own. */
async function work(job: number, todo: Mutant[], verdicts: Verdicts, note: (verdict: Verdict) => void): Promise<void> {
  const controlPlane = await startControlPlane({ progress: () => undefined });
  try {
    const env = { ESO_CONTROL_PLANE: controlPlane.stateFile };
    const sandbox = await Sandbox.create(join(cacheRoot(), 'mutants', `sandbox-${job}`), env);
    const limits = new Map<string, number>();
    for (let mutant = todo.shift(); mutant; mutant = todo.shift()) {
      const verdict = (await verdicts.get(mutant)) ?? (await judge(sandbox, mutant, limits));
      await verdicts.put(verdict);
      note(verdict);
    }
  } finally {
    await controlPlane.stop();
  }
}

async function judge(sandbox: Sandbox, mutant: Mutant, limits: Map<string, number>): Promise<Verdict> {
  for (const suite of suitesFor(projectOf(mutant.file), hasIntegrationTests)) {
    const limit = await limitOf(sandbox, suite, limits);
    const result = await sandbox.with(mutant, () => sandbox.run(suite, limit));
    if (result !== 'passed')
      return { mutant, result: 'caught', by: `${nameOf(suite)}${result === 'hung' ? ' (hung)' : ''}` };
  }
  return { mutant, result: 'survived' };
}

/** Milliseconds. Measured without a fault, which shows at the same time that the suite passes then. @throws Error if not */
async function limitOf(sandbox: Sandbox, suite: Suite, limits: Map<string, number>): Promise<number> {
  const name = nameOf(suite);
  const known = limits.get(name);
  if (known !== undefined) return known;
  for (let attempt = 1; attempt <= 2; attempt++) {
    const started = performance.now();
    if ((await sandbox.run(suite, 1_800_000)) !== 'passed') continue;
    const limit = LIMIT_FACTOR * (performance.now() - started) + LIMIT_EXTRA_MS;
    limits.set(name, limit);
    return limit;
  }
  throw new Error(`${name} fails without any mutant: run "node tools/jest.mjs ${name}"`);
}

const nameOf = ({ kind, project }: Suite): string => `${kind} ${project}`;

function hasIntegrationTests(project: string): boolean {
  return globSync(join(root, project, 'src', '**', '*.int.spec.ts')).length > 0;
}

async function allMutants(): Promise<Mutant[]> {
  const files = (await runCommand('git', ['-C', root, 'ls-files', 'libs', 'apps'])).split('\n').filter(isMutated);
  return files
    .filter((file) => existsSync(join(root, file)) && (values.only === undefined || file.startsWith(values.only)))
    .flatMap((file) => mutantsOf(file, readFileSync(join(root, file), 'utf8')));
}

function stillParses(mutant: Mutant): boolean {
  return parses(mutant.file, applied(mutant, readFileSync(join(root, mutant.file), 'utf8')));
}

/** Changes with any file that git would commit. */
async function stateOfTree(): Promise<string> {
  const hash = createHash('sha256');
  hash.update(await runCommand('git', ['-C', root, 'rev-parse', 'HEAD^{tree}']));
  hash.update(await runCommand('git', ['-C', root, 'diff', 'HEAD']));
  return hash.digest('hex').slice(0, 32);
}

function wholeNumber(name: 'count' | 'jobs' | 'at-least', min: number, max: number): number {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  console.error(`--${name} takes a whole number from ${min} to ${max}`);
  process.exit(2);
}

process.exit(await main());
