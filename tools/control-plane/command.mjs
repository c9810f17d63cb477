import { spawn } from 'node:child_process';
import { guardProcess, releaseProcess } from './guard.mjs';

/** Interval of progress lines, milliseconds. */
const PROGRESS_MS = 10_000;
/** Output that is kept for an error message, characters. */
const KEPT_OUTPUT = 4_000;

/**
 * @typedef {object} CommandOptions
 * @property {NodeJS.ProcessEnv} [env] default: this process's
 * @property {string} [cwd]
 * @property {string} [what] what it does, for progress lines
 * @property {(text: string) => void} [progress] told every ten seconds that it still runs
 * @property {(line: string) => void} [onErrorLine] given each whole line of standard error as it comes
 * @property {() => string} [howFar] what a progress line says beside the time
 */

/**
 * Runs a command to its end and returns its standard output.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {CommandOptions} [options]
 * @returns {Promise<string>}
 * @throws Error with the end of its output when it fails or does not exist
 */
export async function runCommand(command, args, options = {}) {
  const { env = process.env, cwd, what = command, progress, onErrorLine, howFar = () => 'still at it' } = options;
  const child = spawn(command, args, {
    env,
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  if (child.pid !== undefined) guardProcess(child.pid);
  const startedAt = performance.now();
  const timer = setInterval(() => {
    progress?.(`${what}: ${howFar()} after ${((performance.now() - startedAt) / 1_000).toFixed(0)} s`);
  }, PROGRESS_MS);
  let output = '';
  let errors = '';
  let unfinished = '';
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    errors = (errors + text).slice(-KEPT_OUTPUT);
    if (!onErrorLine) return;
    const lines = (unfinished + text).split('\n');
    unfinished = lines.pop() ?? '';
    lines.forEach(onErrorLine);
  });
  try {
    /** @type {number | NodeJS.Signals | null} */
    const code = await new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exit, signal) => resolve(signal ?? exit));
    });
    if (code === 0) return output;
    throw new Error(`"${command} ${args.join(' ')}" failed (${String(code)}): ${(errors || output).trim()}`);
  } finally {
    clearInterval(timer);
    if (child.pid !== undefined) releaseProcess(child.pid);
  }
}
