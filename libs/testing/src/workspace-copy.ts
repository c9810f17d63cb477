import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  realpathSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { workspaceRoot as root } from './workspace.ts';

/**
 * A repository of its own with the files of this workspace as they are now, committed, on the packages installed here: for tests
 * that change what they must not change here. The caller removes the folder.
 */
export function copyWorkspace(): string {
  const copy = realpathSync(mkdtempSync(join(tmpdir(), 'workspace-')));
  const files = git(root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard').split('\0');
  for (const file of files) {
    // A file that is deleted and not yet committed is listed all the same.
    if (file === '' || !existsSync(join(root, file))) continue;
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(root, file), join(copy, file), { recursive: true, verbatimSymlinks: true });
  }
  linkPackages(copy);
  git(copy, 'init', '--quiet', '--initial-branch=main');
  git(copy, 'add', '--all');
  git(copy, '-c', 'user.name=test', '-c', 'user.email=test@example.com', 'commit', '--quiet', '--message=As it is');
  return copy;
}

/** Packages of npm are those of this workspace; its own packages are the copies. */
function linkPackages(copy: string): void {
  const [from, to] = [join(root, 'node_modules'), join(copy, 'node_modules')];
  mkdirSync(join(to, '@eso'), { recursive: true });
  for (const name of readdirSync(from))
    if (name !== '@eso' && name !== '.cache') symlinkSync(join(from, name), join(to, name));
  for (const name of readdirSync(join(from, '@eso')))
    symlinkSync(readlinkSync(join(from, '@eso', name)), join(to, '@eso', name));
}

function git(cwd: string, ...args: string[]): string {
  return execFileSync('git', args, { cwd, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
}
