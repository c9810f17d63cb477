/**
 * npm run check: the gate before a push. Every step runs even when an earlier one failed or could not start, so that one run tells
 * all. What Nx has seen pass is not run again. `-- --affected` leaves out the projects that no change since NX_BASE (default main)
 * reaches.
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { root, step as say } from '../setup.mjs';
import { NxOutput } from './nx-output.ts';
import { remedyFor, runSteps, type Step } from './steps.ts';

const { values: options } = parseArgs({ options: { affected: { type: 'boolean', default: false } } });

/** Targets of Nx, in one run: what is independent of each other fills both cores to the end. */
const TARGETS = ['typecheck', 'lint', 'bundle', 'build-lib', 'test'];

/** A step that is a program of its own. */
const program = (name: string, ...args: string[]): Step => ({
  name,
  run: (print) =>
    new Promise((done, fail) => {
      const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => (output += text));
      child.once('error', fail);
      child.once('close', (code) => {
        print(output.trim());
        done(code === 0);
      });
    }),
});

const bundles: Step = {
  name: 'bundles contain only what they may',
  run: async (print) => {
    const problems = (await import('./bundle-step.ts')).bundleProblems(root, { some: options.affected });
    for (const problem of problems) print(problem);
    return problems.length === 0;
  },
};

const house: Step = {
  name: 'the house gets no worse',
  run: async (print) => {
    const { measureHouse, overBounds, readBounds, summary } = await import('./house.ts');
    const [measured, bounds] = [measureHouse(root), readBounds(root)];
    const problems = overBounds(measured, bounds);
    print([...summary(measured, bounds), ...problems].join('\n'));
    if (problems.length > 0) print('"node --conditions=@eso/source tools/check/house.ts" names every place');
    return problems.length === 0;
  },
};

const targets: Step = {
  name: 'types, lint and borders, bundles, libraries, unit tests',
  run: async (print) => {
    const { nx } = await import('../nx.ts');
    const output = new NxOutput((task) => say(`  ${task}`));
    const code = await nx(
      [options.affected ? 'affected' : 'run-many', '-t', TARGETS.join(','), '--parallel=2'],
      {},
      (text) => output.read(text),
    );
    if (code !== 0) print(`${output.failures()}\n\nfailed: ${output.failed.join(', ') || 'Nx itself'}`);
    return code === 0;
  },
};

const PRETTIER = ['--check', '--log-level=warn', '--cache', '--cache-strategy=content', '.'];

const quick: readonly Step[] = [
  program('formatting', 'node_modules/prettier/bin/prettier.cjs', ...PRETTIER),
  program('contract and generated files', '--conditions=@eso/source', 'tools/generate.mjs', '--check'),
  program('pages say what is there', '--conditions=@eso/source', 'tools/check/pages.ts'),
  program('rows of parity have tests', '--conditions=@eso/source', 'tools/parity/main.ts', '--static'),
  house,
];

const results = await runSteps([[targets, bundles], quick], ({ name, passed, seconds, output }) => {
  say(`${name}: ${passed ? 'passed' : 'FAILED'} (${seconds.toFixed(1)} s)`);
  if (output !== '') console.log(output);
  const remedy = passed ? undefined : remedyFor(output);
  if (remedy !== undefined) console.log(remedy);
});
const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
say(failed.length === 0 ? 'the gate is open: everything passed' : `failed: ${failed.join('; ')}`);
process.exit(failed.length === 0 ? 0 : 1);
