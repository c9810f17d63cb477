// Brings a bare clone to the point where everything else can run: workspace packages installed, the pinned Node found.
// Runs on the system's own (older) Node before any install, so it uses nothing but Node's own modules.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

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

/** Installs the workspace's packages from the lockfile unless exactly these are installed already. */
export async function ensureInstalled() {
  const key = installKey();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return;
  step('installing npm packages from the lockfile (about half a minute when the cache is cold)');
  const code = await run('npm', ['ci', '--no-progress', '--loglevel=error']);
  if (code !== 0) throw new Error(`npm ci failed with exit code ${code}; its output above says why`);
  writeFileSync(stamp, key);
  step('npm packages installed');
}

/**
 * Runs a script of tools/ on the Node that the workspace pins, with this process's arguments, and exits as it exits.
 * @param {string} script path below tools/
 */
export async function continueOnPinnedNode(script) {
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
    },
  });
  // Ctrl-C reaches the whole process group; the child ends first and decides the exit code.
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.on(signal, () => child.kill(/** @type {NodeJS.Signals} */ (signal)));
  child.once('exit', (exit, signal) => process.exit(exit ?? (signal ? 1 : 0)));
  await new Promise(() => undefined);
}

/**
 * The body of a start script: install, then go on, on the pinned Node.
 * @param {string} script path below tools/
 */
export async function bootstrap(script) {
  try {
    await ensureInstalled();
    await continueOnPinnedNode(script);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}
