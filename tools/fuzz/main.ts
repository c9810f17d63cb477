/**
 * npm run fuzz -- --seconds 60 [--target NAME] [--seed TEXT] [--limit 10] [--grow 0]
 * npm run fuzz -- --target NAME --input FILE
 *
 * Gives arbitrary bytes to the parsers that read what a tenant, a peer or a backend wrote, each for so many seconds, in a process of
 * its own. Exits with 1 when something did not hold; the input is then in the corpus of its target.
 */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../setup.mjs';
import { saveInput } from './corpus.ts';
import { loadTarget, targetNames } from './targets/index.ts';
import { watch } from './watch.ts';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    target: { type: 'string' },
    seed: { type: 'string', default: '1' },
    limit: { type: 'string', default: '10' },
    grow: { type: 'string', default: '0' },
    input: { type: 'string' },
  },
});

/** @returns the exit code */
async function main(): Promise<number> {
  const names = values.target === undefined ? targetNames : [values.target];
  const unknown = names.find((name) => !targetNames.includes(name));
  if (unknown !== undefined) return wrongUse(`there is no target ${unknown}; there are ${targetNames.join(', ')}`);
  if (values.input !== undefined)
    return values.target ? again(values.target, values.input) : wrongUse('--input needs --target');
  const numbers = [values.seconds, values.limit, values.grow].map(Number);
  const [seconds = NaN, limitSeconds = NaN, grow = NaN] = numbers;
  if (!(seconds > 0 && limitSeconds > 0 && grow >= 0)) return wrongUse('--seconds, --limit and --grow are numbers');
  console.log(`seed ${values.seed}, ${seconds} s for each target`);
  let findings = 0;
  for (const name of names) findings += await one(name, seconds, limitSeconds, grow);
  console.log(findings === 0 ? 'no findings' : `${findings} findings`);
  return findings === 0 ? 0 : 1;
}

/** Runs a target and prints its line; how much it found. */
async function one(target: string, seconds: number, limitSeconds: number, grow: number): Promise<number> {
  const watched = await watch({ target, seconds, limitSeconds, seed: values.seed });
  if (watched.kind === 'lost') {
    console.log(`${target.padEnd(14)} lost its process`);
    reportFinding(target, watched.input, watched.problem);
    return 1;
  }
  const { inputs, behaviours, blocks, kept, findings } = watched.report;
  const perSecond = Math.round(inputs / seconds);
  console.log(
    `${target.padEnd(14)} ${String(perSecond).padStart(6)} inputs/s, ${behaviours} behaviours, ${blocks} blocks, ` +
      `${kept.length} kept, ${findings.length} findings`,
  );
  for (const { input, problem } of findings) reportFinding(target, input, problem);
  for (const input of kept.toSorted((a, b) => a.length - b.length).slice(0, grow)) saveInput(target, 'grown', input);
  return findings.length;
}

function reportFinding(target: string, input: Uint8Array, problem: string): void {
  const file = relative(root, saveInput(target, 'found', input));
  console.log(`\n${problem}\n\n  again: npm run fuzz -- --target ${target} --input ${file}\n`);
}

/** Runs one input, in this process. */
async function again(name: string, file: string): Promise<number> {
  const target = await loadTarget(name);
  try {
    console.log(await target.run(readFileSync(file)));
    return 0;
  } catch (error) {
    console.error(error);
    return 1;
  }
}

function wrongUse(problem: string): number {
  console.error(problem);
  return 2;
}

process.exit(await main());
