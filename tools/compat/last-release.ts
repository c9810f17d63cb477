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
 * The last release before what is checked out: the nearest tag of one, or else what the committed file says.
 * @param checkout folder of the repository. Default: this one
 * @throws Error when neither is there
 */
export async function lastRelease(checkout: string = root): Promise<Release> {
  const patterns = TAGS.map((tag) => `--match=${tag}`);
  try {
    const tag = await runCommand('git', ['-C', checkout, 'describe', '--tags', '--abbrev=0', ...patterns]);
    return { revision: tag.trim(), source: 'the last tag' };
  } catch {
    return { revision: committedRelease(checkout), source: LAST_RELEASE_FILE };
  }
}

function committedRelease(checkout: string): string {
  const lines = readFileSync(join(checkout, LAST_RELEASE_FILE), 'utf8').split('\n');
  const revision = lines.map((line) => line.trim()).find((line) => line !== '' && !line.startsWith('#'));
  if (revision === undefined || !/^[0-9a-f]{40}$/.test(revision))
    throw new Error(`${LAST_RELEASE_FILE} has to hold the full hash of a commit, as RELEASING.md says`);
  return revision;
}
