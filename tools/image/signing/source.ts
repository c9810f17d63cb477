import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from '@eso/control-plane/command.mjs';

/** What an image was built from. */
export interface Source {
  /** Address of the repository, as its packages name it. */
  readonly repository: string;
  /** Hash of the commit. */
  readonly commit: string;
  /** Whether files are other than in that commit. */
  readonly uncommitted: boolean;
  /** SHA-256 of package-lock.json, hex. */
  readonly lockfile: string;
}

/** The source in a checkout. @throws Error when it is no checkout of git */
export async function sourceOf(root: string): Promise<Source> {
  const git = (...args: string[]): Promise<string> => runCommand('git', args, { cwd: root });
  const commit = await git('rev-parse', 'HEAD').catch((cause: unknown) => {
    throw new Error(`${root} is no checkout of git: provenance names the commit that an image is built from`, {
      cause,
    });
  });
  const { repository } = JSON.parse(readFileSync(join(root, 'libs', 'api', 'package.json'), 'utf8')) as {
    repository: { url: string };
  };
  return {
    repository: repository.url,
    commit: commit.trim(),
    uncommitted: (await git('status', '--porcelain')).trim() !== '',
    lockfile: createHash('sha256')
      .update(readFileSync(join(root, 'package-lock.json')))
      .digest('hex'),
  };
}
