import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {{ dir: string, pids: number[] }} Family */

const PROGRAM = `
import { Child } from ${JSON.stringify(new URL('child.mjs', import.meta.url).href)};
import { temporaryDirectory } from ${JSON.stringify(new URL('guard.mjs', import.meta.url).href)};
const dir = temporaryDirectory('guard-spec-');
// The shell's own child must go, too.
const child = await Child.start({ name: 'sleeper', command: 'sh', args: ['-c', 'sleep 600 & echo $!; wait'], logFile: dir + '/log' });
let inner = '';
while (!inner) { inner = child.lastLines(); await new Promise((next) => setTimeout(next, 10)); }
console.log(JSON.stringify({ dir, pids: [child.pid, Number(inner)] }));
if (process.argv.at(-1) === 'exit') process.exit(0);
`;

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}

/** An ended process whose new parent has not asked for it yet. @param {number} pid */
function isZombie(pid) {
  return spawnSyncText('ps', ['-o', 'stat=', '-p', String(pid)]).startsWith('Z');
}

/** @param {string} command @param {readonly string[]} args */
function spawnSyncText(command, args) {
  return execFileSync(command, args).toString().trim();
}

/** @param {string} how */
async function startFamily(how) {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', PROGRAM, '--', how], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  /** @type {string} */
  const line = await new Promise((resolve) => createInterface(parent.stdout).once('line', resolve));
  return { parent, family: /** @type {Family} */ (parse(line)) };
}

/** @param {string} text @returns {unknown} */
const parse = (text) => JSON.parse(text);

/** @param {Family} family */
async function untilGone({ dir, pids }) {
  for (let attempt = 0; attempt < 250 && (existsSync(dir) || pids.some(isAlive)); attempt++) await sleep(20);
  return { left: pids.filter(isAlive), directory: existsSync(dir) };
}

test('children and temporary directories go with a parent that is killed', async () => {
  const { parent, family } = await startFamily('wait');
  expect(family.pids.every(isAlive)).toBe(true);
  parent.kill('SIGKILL');
  expect(await untilGone(family)).toEqual({ left: [], directory: false });
});

test('they go with a parent that just exits', async () => {
  const { family } = await startFamily('exit');
  expect(await untilGone(family)).toEqual({ left: [], directory: false });
});
