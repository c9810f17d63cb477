/** Debian packages by their content, whatever architecture they are for. */
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { digestFile, ensureEntry } from '@eso/control-plane/cache.mjs';
import { Apt, type Progress } from './apt.ts';
import { BASE_LOCK_PATH, type LockedDeb } from './base-lock.ts';
import { PLATFORMS } from './platforms.ts';

const FILE = 'package.deb';

/** The committed file that packages are locked in, for messages. */
export interface LockFile {
  /** From the root of the workspace. */
  readonly path: string;
  /** Command that writes the newest packages into it. */
  readonly update: string;
}

const BASE: LockFile = { path: BASE_LOCK_PATH, update: 'npm run image -- --update-base' };

/**
 * Path of the `.deb`, from the cache or fetched.
 * @param lock where it is locked; default: the base layer's
 * @throws Error when apt has no such version any more, or its content is not the locked one
 */
export async function fetchDeb(locked: LockedDeb, progress: Progress, lock = BASE): Promise<string> {
  const dir = await ensureEntry({
    key: join('image', 'deb', locked.sha256),
    what: `${locked.package} ${locked.version}`,
    progress,
    produce: async (draft) => {
      await download(locked, draft, progress, lock);
      const [name = ''] = await readdir(draft);
      await rename(join(draft, name), join(draft, FILE));
      const actual = await digestFile(join(draft, FILE));
      if (actual === locked.sha256) return [FILE];
      throw new Error(
        `${locked.package} ${locked.version} (${locked.architecture}) was refused: its SHA-256 is ${actual}, but ` +
          `${lock.path} says ${locked.sha256}`,
      );
    },
  });
  return join(dir, FILE);
}

/** By the lists of the last time if they still serve: to read them anew takes longer than all packages together. */
async function download(locked: LockedDeb, folder: string, progress: Progress, lock: LockFile): Promise<void> {
  const { package: name, version, architecture } = locked;
  const apt = new Apt(architecture === 'all' ? PLATFORMS[0].architecture : architecture);
  const first = await apt.download(`${name}=${version}`, folder).catch((error: unknown) => error);
  if (first === undefined) return;
  await apt.update(progress);
  await apt.download(`${name}=${version}`, folder).catch((cause: unknown) => {
    throw new Error(
      `apt has no ${name} ${version} for ${architecture}: a newer one took its place since ${lock.path} was written, or this ` +
        `machine's Debian is another one. "${lock.update}" writes the current ones`,
      { cause },
    );
  });
}

/** The newest that apt has of each package, for one architecture. @throws Error when it has none of a name */
export async function newestDebs(
  names: readonly string[],
  architecture: string,
  progress: Progress,
): Promise<LockedDeb[]> {
  const apt = new Apt(architecture);
  await apt.update(progress);
  const found: LockedDeb[] = [];
  for (const name of names) {
    const field = await apt.newest(name);
    found.push({
      package: name,
      version: field('Version'),
      architecture: field('Architecture'),
      sha256: field('SHA256'),
    });
  }
  return found;
}
