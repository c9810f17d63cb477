/** What users have installed before they upgrade: charts and images of the release before this one. */
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { lastRelease } from '../../compat/last-release.ts';
import { bundle, resolveRevision, withCheckout } from '../../regress/revision.ts';
import type { Progress } from '../parts/go-programs.ts';

/** Holds the revision that stands for the release before this one, while the repository has no tag of one. */
const PREVIOUS_RELEASE_FILE = 'tools/cluster/previous/previous-release.txt';

/** Its images have a name of their own: versions may be the same before the first release, and what a tag means must not change. */
export const PREVIOUS_REPOSITORY = 'previous-release';

/** The programs that tests install. */
const APPS = ['core', 'cert-manager-controller', 'provider-fake'] as const;

/** A release that can be installed. */
export interface PreviousRelease {
  /** Full hash. */
  readonly commit: string;
  /** Folder with all charts. */
  readonly charts: string;
  /** OCI archives, with images called `previous-release/<app>:<version>`. */
  readonly archives: readonly string[];
}

/**
 * The release before this one, built by its own tools and kept in the cache.
 * @throws Error when the clone has no such commit, saying how to get it, or with what was printed when it cannot be built
 */
export async function previousRelease(progress: Progress): Promise<PreviousRelease> {
  const { revision } = await lastRelease(undefined, PREVIOUS_RELEASE_FILE);
  const commit = await resolveRevision(revision);
  const dir = await ensureEntry({
    key: `releases/${commit}`,
    what: `images of ${commit.slice(0, 12)}`,
    progress,
    produce: (draft) => build(commit, draft, progress),
  });
  return { commit, charts: join(dir, 'charts'), archives: APPS.map((app) => join(dir, archiveOf(app))) };
}

const archiveOf = (app: string): string => join('images', `${app}.tar`);

/** Fills `dir` and returns the archives in it. */
function build(commit: string, dir: string, progress: Progress): Promise<readonly string[]> {
  return withCheckout(commit, progress, async (checkout) => {
    await mkdir(join(dir, 'images'));
    for (const app of APPS) {
      await bundle(checkout, app, commit, progress);
      await runCommand(
        process.execPath,
        ['--conditions=@eso/source', 'tools/image/build.ts', `apps/${app}`, `--repository=${PREVIOUS_REPOSITORY}`],
        { cwd: checkout, what: `image of ${app} of ${commit.slice(0, 12)}`, progress },
      );
      await cp(join(checkout, 'apps', app, 'dist-image', `${app}.tar`), join(dir, archiveOf(app)));
    }
    await cp(join(checkout, 'charts'), join(dir, 'charts'), { recursive: true, verbatimSymlinks: true });
    return APPS.map(archiveOf);
  });
}
