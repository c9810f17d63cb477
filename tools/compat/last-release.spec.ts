import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { LAST_RELEASE_FILE, lastRelease } from './last-release.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

let repository: string;
beforeEach(() => {
  repository = mkdtempSync(join(tmpdir(), 'releases-'));
  git('init', '--quiet');
  commit();
});
afterEach(() => rmSync(repository, { recursive: true }));

function git(...args: string[]): void {
  const who = ['-c', 'user.name=test', '-c', 'user.email=test@example.com'];
  execFileSync('git', ['-C', repository, ...who, ...args]);
}

const commit = (): void => git('commit', '--quiet', '--allow-empty', '--message=More');

function committed(text: string): void {
  mkdirSync(dirname(join(repository, LAST_RELEASE_FILE)), { recursive: true });
  writeFileSync(join(repository, LAST_RELEASE_FILE), text);
}

test('the nearest tag of a release counts, whatever other tags there are', async () => {
  committed(`${COMMIT}\n`);
  git('tag', 'v0.1.0');
  commit();
  git('tag', '@eso/core@0.2.0');
  commit();
  git('tag', '@eso/provider-fake@0.9.0');
  commit();
  expect(await lastRelease(repository)).toEqual({ revision: '@eso/core@0.2.0', source: 'the last tag' });
});

test('without one the committed revision does, comments aside', async () => {
  committed(`# why\n\n${COMMIT}\n`);
  expect(await lastRelease(repository)).toEqual({ revision: COMMIT, source: LAST_RELEASE_FILE });
});

test('what has a file of its own for it reads that', async () => {
  committed('# nothing\n');
  writeFileSync(join(repository, 'other.txt'), `${COMMIT}\n`);
  expect(await lastRelease(repository, 'other.txt')).toEqual({ revision: COMMIT, source: 'other.txt' });
});

test.each(['', '# only words\n', 'main\n'])('%j is no revision', async (text) => {
  committed(text);
  await expect(lastRelease(repository)).rejects.toThrow('has to hold the full hash of a commit');
});
