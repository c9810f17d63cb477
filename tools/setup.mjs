// Brings a bare clone to the point where everything else can run: workspace packages installed, the pinned Node found.
// Runs on the system's own (older) Node before any install, so it uses nothing but Node's own modules.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureBinaries } from './control-plane/binaries.mjs';
import { ensureMoto } from './control-plane/moto.mjs';
import { runTasks } from './task-graph.mjs';

/** Root of the checkout. */
export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

const stamp = join(root, 'node_modules', '.installed');

/** Digest of everything that decides what an install yields. */
function installKey() {
  const manifests = ['package.json', 'package-lock.json', '.npmrc'];
  for (const group of ['libs', 'apps']) {
    for (const name of readdirSync(join(root, group))) manifests.push(join(group, name, 'package.json'));
  }
  manifests.push('e2e/package.json', 'tools/package.json', 'tools/control-plane/package.json');
  manifests.push('tools/key-vault/package.json', 'tools/upstream-model/package.json');
  const hash = createHash('sha256');
  for (const manifest of manifests.sort()) {
    const path = join(root, manifest);
    if (existsSync(path)) hash.update(`${manifest}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/**
 * Prints one line with the time since the command was started.
 * @param {string} text
 */
export function step(text) {
  const seconds = (process.uptime() + Number(process.env['ESO_STARTED_SECONDS_AGO'] ?? 0)).toFixed(1).padStart(6);
  console.log(`[${seconds} s] ${text}`);
}

/**
 * Runs a command and resolves with its exit code.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 * @returns {Promise<number>}
 */
export function run(command, args, options = {}) {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: root, ...options });
    child.once('error', fail);
    child.once('exit', (code, signal) => done(code ?? (signal ? 1 : 0)));
  });
}

/** Interval of progress lines, milliseconds. */
const PROGRESS_MS = 5_000;

/** Whether exactly the packages of the lockfile are installed, as far as is written down. */
export const isInstalled = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === installKey();

/**
 * Writes down what is installed.
 * @param {string} [key] of the lockfile and manifests that it came of; default: as they are now
 */
export function markInstalled(key = installKey()) {
  // Not into the file that is there: it may be another folder's, by a link.
  writeFileSync(`${stamp}.new`, key);
  renameSync(`${stamp}.new`, stamp);
}

/**
 * Installs the workspace's packages from the lockfile unless exactly these are installed already.
 * @param {AbortSignal} [signal] ends the installation
 */
export async function ensureInstalled(signal) {
  if (isInstalled()) return;
  const key = installKey();
  step('npm packages: installs them from the lockfile (about half a minute when the cache is cold)');
  const timer = setInterval(() => step(`npm packages: ${installedSoFar()}`), PROGRESS_MS);
  try {
    const code = await run('npm', ['ci', '--no-progress', '--loglevel=error'], signal ? { signal } : {});
    if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; its output above says why`);
  } finally {
    clearInterval(timer);
  }
  markInstalled(key);
  step('npm packages: installed');
}

/** How many of the lockfile's packages are unpacked. */
function installedSoFar() {
  /** @type {unknown} */
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  const { packages } = /** @type {{ packages: Record<string, unknown> }} */ (lock);
  const folders = Object.keys(packages).filter((path) => path.includes('node_modules/'));
  // Some are for other kinds of machines and never come.
  return `${folders.filter((path) => existsSync(join(root, path, 'package.json'))).length} of ${folders.length} are there`;
}

/**
 * Runs a script of tools/ on the Node that the workspace pins, with this process's arguments.
 * @param {string} script path below tools/
 * @param {object} options
 * @param {AbortSignal} options.signal ends it
 * @param {boolean} options.preparing whether this process makes ready what the script waits for, and tells how far that is
 * @returns {Promise<number>} its exit code
 */
async function runOnPinnedNode(script, { signal, preparing }) {
  const node = join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(node)) {
    throw new Error(
      `no pinned Node for ${process.platform}-${process.arch}: install Node 26 (or 22) yourself and run ` +
        `"node --conditions=@eso/source tools/${script}"`,
    );
  }
  const child = spawn(node, ['--conditions=@eso/source', join(root, 'tools', script), ...process.argv.slice(2)], {
    stdio: 'inherit',
    cwd: root,
    env: {
      ...process.env,
      PATH: `${join(root, 'node_modules', '.bin')}:${process.env['PATH'] ?? ''}`,
      ESO_STARTED_SECONDS_AGO: String(process.uptime()),
      ...(preparing ? { ESO_PREPARING: 'true' } : {}),
    },
  });
  // Ctrl-C reaches the whole process group; the child ends first and decides the exit code.
  for (const name of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(name, () => child.kill(name));
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  return new Promise((done) => child.once('exit', (exit, killed) => done(exit ?? (killed ? 1 : 0))));
}

/** What a script can have made ready while packages are installed. */
const PREPARATIONS = {
  'control plane': () => ensureBinaries({ progress: step }),
  'AWS emulator': () => ensureMoto({ progress: step }),
};

/**
 * Progress for what a script asks for and this process may be making ready already: told once.
 * @type {(text: string) => void}
 */
export const stepUnlessPrepared = (text) => {
  if (process.env['ESO_PREPARING'] !== 'true') step(text);
};

/**
 * The body of a start script: installs, then goes on, on the pinned Node. What the script needs beside packages is made ready at the
 * same time; the script waits for it where it uses it.
 * @param {string} script path below tools/
 * @param {readonly (keyof typeof PREPARATIONS)[]} [preparations]
 */
export async function bootstrap(script, preparations = []) {
  const preparing = preparations.length > 0;
  try {
    await runTasks([
      { name: 'npm packages', run: ensureInstalled },
      ...preparations.map((name) => ({ name, run: PREPARATIONS[name] })),
      {
        name: script,
        needs: ['npm packages'],
        // Whatever else is under way ends with this process.
        run: async (signal) => process.exit(await runOnPinnedNode(script, { signal, preparing })),
      },
    ]);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
