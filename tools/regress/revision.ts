import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEntry } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { root } from '../setup.mjs';

type Progress = (text: string) => void;

/**
 * The full hash of a commit.
 * @param checkout folder of the repository. Default: this one
 * @throws Error when the repository does not have it, with the next step where it has only the newest commits
 */
export async function resolveRevision(revision: string, checkout: string = root): Promise<string> {
  const git = async (...args: string[]): Promise<string> => (await runCommand('git', ['-C', checkout, ...args])).trim();
  try {
    return await git('rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`);
  } catch {
    const isShallow = (await git('rev-parse', '--is-shallow-repository')) === 'true';
    throw new Error(
      isShallow
        ? `"${revision}" is not among the newest commits, which are all that this clone has: git fetch --unshallow`
        : `"${revision}" is no commit of this repository: give a hash, a branch or a tag`,
    );
  }
}

/**
 * Directory that holds the programs (`apps/<name>/dist`) and the charts of a commit, built by its own tools from its own
 * dependencies. Built once, in the cache that the control plane's binaries are in.
 * @throws Error with what was printed when it cannot be built
 */
export function bundlesOf(commit: string, progress: Progress): Promise<string> {
  return ensureEntry({
    key: `revisions/${commit}`,
    what: `bundles of ${commit.slice(0, 12)}`,
    progress,
    produce: (dir) => build(commit, dir, progress),
  });
}

/** Fills `dir` and returns the programs in it, whose content is checked at each later use. */
function build(commit: string, dir: string, progress: Progress): Promise<string[]> {
  return withCheckout(commit, progress, async (checkout) => {
    const programs: string[] = [];
    for (const app of await appsOf(checkout)) {
      await bundle(checkout, app, commit, progress);
      await mkdir(join(dir, 'apps', app), { recursive: true });
      await cp(join(checkout, 'apps', app, 'dist'), join(dir, 'apps', app, 'dist'), { recursive: true });
      const files = ['main.mjs', 'program.mjs'].map((file) => join('apps', app, 'dist', file));
      // Before there was a program.mjs, all was in main.mjs.
      programs.push(...files.filter((file) => existsSync(join(dir, file))));
    }
    await cp(join(checkout, 'charts'), join(dir, 'charts'), { recursive: true, verbatimSymlinks: true });
    return programs;
  });
}

/** Does `work` in a checkout of a commit that has the packages of its own lockfile, and removes it. */
export async function withCheckout<T>(
  commit: string,
  progress: Progress,
  work: (checkout: string) => Promise<T>,
): Promise<T> {
  const checkout = await mkdtemp(join(tmpdir(), 'eso-revision-'));
  try {
    progress(`checking out ${commit.slice(0, 12)}`);
    await extract(commit, checkout);
    await install(checkout, progress);
    return await work(checkout);
  } finally {
    await rm(checkout, { recursive: true, force: true });
  }
}

/** Bundles a program of a checkout with the checkout's own tools, into its `apps/<app>/dist`. */
export async function bundle(checkout: string, app: string, commit: string, progress: Progress): Promise<void> {
  progress(`bundling ${app} of ${commit.slice(0, 12)}`);
  await runCommand(process.execPath, [join(checkout, 'tools', 'bundle.mjs'), `apps/${app}`], { cwd: checkout });
}

/** An archive instead of a worktree: nothing of it stays in the repository. */
async function extract(commit: string, checkout: string): Promise<void> {
  const archive = join(checkout, '.archive.tar');
  await runCommand('git', ['-C', root, 'archive', '--format=tar', `--output=${archive}`, commit]);
  await runCommand('tar', ['-xf', archive, '-C', checkout]);
  await rm(archive);
}

/** Names of the folders of `apps` that are programs. */
async function appsOf(checkout: string): Promise<string[]> {
  const apps: string[] = [];
  for (const app of await readdir(join(checkout, 'apps'))) {
    const files: string[] = await readdir(join(checkout, 'apps', app, 'src')).catch(() => []);
    if (files.includes('main.ts')) apps.push(app);
  }
  return apps;
}

/** Gives the checkout the packages that its lockfile names: those of here, where it names the same. */
async function install(checkout: string, progress: Progress): Promise<void> {
  const [theirs, ours] = await Promise.all(
    [checkout, root].map((dir) => readFile(join(dir, 'package-lock.json'), 'utf8')),
  );
  if (theirs === ours) await linkPackages(checkout);
  else {
    progress('its lockfile is another one: installing its packages');
    await runCommand('npm', ['ci', '--no-progress', '--loglevel=error', '--prefer-offline'], {
      cwd: checkout,
      what: 'npm ci',
      progress,
    });
  }
}

/**
 * Gives the checkout the packages of here as its own: a bill of materials names files by where they are, which a symbolic link does not
 * change. Links of the workspace's packages are relative, and lead to the checkout's.
 */
async function linkPackages(checkout: string): Promise<void> {
  const from = join(root, 'node_modules');
  const to = join(checkout, 'node_modules');
  try {
    await runCommand('cp', ['-al', from, to]);
  } catch {
    // Another file system.
    await rm(to, { recursive: true, force: true });
    await runCommand('cp', ['-a', from, to]);
  }
  // What is written there would be written here, too.
  await rm(join(to, '.cache'), { recursive: true, force: true });
}
