import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEntry } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { root } from '../setup.mjs';

type Progress = (text: string) => void;

/**
 * The full hash of a commit.
 * @throws Error when the repository does not have it
 */
export async function resolveRevision(revision: string): Promise<string> {
  try {
    return (
      await runCommand('git', ['-C', root, 'rev-parse', '--verify', '--end-of-options', `${revision}^{commit}`])
    ).trim();
  } catch {
    throw new Error(`"${revision}" is no commit of this repository: give a hash, a branch or a tag`);
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
async function build(commit: string, dir: string, progress: Progress): Promise<string[]> {
  const checkout = await mkdtemp(join(tmpdir(), 'eso-revision-'));
  try {
    progress(`checking out ${commit.slice(0, 12)}`);
    await extract(commit, checkout);
    await install(checkout, progress);
    const programs: string[] = [];
    for (const app of await appsOf(checkout)) {
      progress(`bundling ${app} of ${commit.slice(0, 12)}`);
      await runCommand(process.execPath, [join(checkout, 'tools', 'bundle.mjs'), `apps/${app}`], { cwd: checkout });
      await mkdir(join(dir, 'apps', app), { recursive: true });
      await cp(join(checkout, 'apps', app, 'dist'), join(dir, 'apps', app, 'dist'), { recursive: true });
      const files = ['main.mjs', 'program.mjs'].map((file) => join('apps', app, 'dist', file));
      // Before there was a program.mjs, all was in main.mjs.
      programs.push(...files.filter((file) => existsSync(join(dir, file))));
    }
    await cp(join(checkout, 'charts'), join(dir, 'charts'), { recursive: true, verbatimSymlinks: true });
    return programs;
  } finally {
    await rm(checkout, { recursive: true, force: true });
  }
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

/** Links every package of here except those of the workspace, which have to be the checkout's own. */
async function linkPackages(checkout: string): Promise<void> {
  const from = join(root, 'node_modules');
  const to = join(checkout, 'node_modules');
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (name === '@eso') await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
    else await symlink(join(from, name), join(to, name));
  }
}
