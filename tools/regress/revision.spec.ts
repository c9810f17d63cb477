import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveRevision } from './revision.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'revisions-'));
  git(folder, 'init', '--quiet', '--initial-branch=main', 'whole');
  for (const message of ['First', 'Second']) git(whole(), 'commit', '--quiet', '--allow-empty', `--message=${message}`);
  git(folder, 'clone', '--quiet', '--depth=1', `file://${whole()}`, 'shallow');
});
afterAll(() => rmSync(folder, { recursive: true }));

const whole = (): string => join(folder, 'whole');
function git(cwd: string, ...args: string[]): string {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  return execFileSync('git', ['-C', cwd, ...who, ...args], { encoding: 'utf8' }).trim();
}

test('a revision is its full hash', async () => {
  const first = git(whole(), 'rev-parse', 'HEAD~1');
  expect(await resolveRevision('main~1', whole())).toBe(first);
  expect(await resolveRevision(first.slice(0, 12), whole())).toBe(first);
});

test('what is no commit is refused by its name', async () => {
  await expect(resolveRevision('v9', whole())).rejects.toThrow('"v9" is no commit of this repository');
});

test('where a clone has only the newest commits, the command that brings the others is named', async () => {
  const first = git(whole(), 'rev-parse', 'HEAD~1');
  await expect(resolveRevision(first, join(folder, 'shallow'))).rejects.toThrow('git fetch --unshallow');
});
