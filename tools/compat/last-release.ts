import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '@eso/control-plane/command.mjs';
import { root } from '../setup.mjs';

/** Tags of a release: of all, or of core by `nx release`. */
const TAGS = ['v*', '@eso/core@*'];
/** Holds the revision that stands for the last release while the repository has no tag of one. */
export const LAST_RELEASE_FILE = 'tools/compat/last-release.txt';

/** A release, as git knows it. */
export interface Release {
  /** A tag, or a hash. */
  readonly revision: string;
  /** Where that is said, for people. */
  readonly source: string;
}

/**
 * The last release before what is checked out: the nearest tag of one, or else what a committed file says.
 * @param checkout folder of the repository. Default: this one
 * @param file path in it of the file that holds the hash. Default: that of `npm run compat`
 * @throws Error when neither is there
 */
export async function lastRelease(checkout: string = root, file: string = LAST_RELEASE_FILE): Promise<Release> {
  const patterns = TAGS.map((tag) => `--match=${tag}`);
  try {
    const tag = await runCommand('git', ['-C', checkout, 'describe', '--tags', '--abbrev=0', ...patterns]);
    return { revision: tag.trim(), source: 'the last tag' };
  } catch {
    return { revision: committedRelease(checkout, file), source: file };
  }
}

function committedRelease(checkout: string, file: string): string {
  const lines = readFileSync(join(checkout, file), 'utf8').split('\n');
  const revision = lines.map((line) => line.trim()).find((line) => line !== '' && !line.startsWith('#'));
  if (revision === undefined || !/^[0-9a-f]{40}$/.test(revision))
    throw new Error(`${file} has to hold the full hash of a commit, as RELEASING.md says`);
  return revision;
}
