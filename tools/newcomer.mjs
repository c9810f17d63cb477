// npm run newcomer -- --clone DIR [--write]: a newcomer's way through a fresh clone of what is committed here, each step timed.
// --write puts the table into CONTRIBUTING.md of this checkout. What the steps print is in DIR/newcomer.log.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { edited, STEPS, timeTable, withTable } from './newcomer/steps.mjs';
import { root, step } from './setup.mjs';

const { values } = parseArgs({ options: { clone: { type: 'string' }, write: { type: 'boolean', default: false } } });
if (values.clone === undefined || existsSync(values.clone)) {
  console.error('usage: npm run newcomer -- --clone DIR [--write]   DIR must not exist yet');
  process.exit(2);
}
const clone = resolve(values.clone);

/**
 * Runs a command line and resolves with its exit code and the seconds it took.
 * @param {string} command
 * @param {string} cwd
 * @param {string} [log] file for its output; without one it is shown
 * @returns {Promise<{ code: number, seconds: number }>}
 */
async function timed(command, cwd, log) {
  const output = log === undefined ? /** @type {const} */ ('inherit') : openSync(log, 'a');
  const started = performance.now();
  // A newcomer has neither this checkout's Node nor its npm settings in the environment.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
  const path = (env['PATH'] ?? '')
    .split(':')
    .filter((folder) => !folder.includes('node_modules'))
    .join(':');
  const child = spawn(command, { cwd, shell: true, stdio: ['ignore', output, output], env: { ...env, PATH: path } });
  /** @type {Promise<number>} */
  const ended = new Promise((done, fail) => {
    child.once('error', fail);
    child.once('exit', (exit) => done(exit ?? 1));
  });
  const code = await ended;
  if (typeof output === 'number') closeSync(output);
  return { code, seconds: (performance.now() - started) / 1_000 };
}

const copied = await timed(`git clone --quiet "${root}" "${clone}"`, root);
if (copied.code !== 0) process.exit(copied.code);
const times = [{ name: 'the clone', command: 'git clone', seconds: copied.seconds }];
const log = join(clone, 'newcomer.log');

for (const { name, command, edit, fails = false } of STEPS) {
  if (edit) writeFileSync(join(clone, edit.file), edited(readFileSync(join(clone, edit.file), 'utf8'), edit));
  if (command === undefined) continue;
  step(`${name}: ${command}`);
  const { code, seconds } = await timed(command, clone, log);
  if ((code === 0) === fails) {
    console.error(`"${command}" ended with ${code}; ${log} has what it said`);
    process.exit(1);
  }
  times.push({ name, command, seconds });
}

const table = timeTable(times, { cores: availableParallelism(), node: process.version });
console.log(table);
if (values.write) {
  const page = join(root, 'CONTRIBUTING.md');
  writeFileSync(page, withTable(readFileSync(page, 'utf8'), table));
}
