// How a kubelet writes a volume: new content goes to a directory of its own, then one rename swaps the `..data` link, so
// that a reader sees all old files or all new ones, never a mixture (pkg/volume/util/atomic_writer.go describes it).
import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, readlink, rename, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const DATA = '..data';

/**
 * Makes `dir` show exactly `files`.
 * @param {string} dir
 * @param {ReadonlyMap<string, Uint8Array>} files content by file name
 * @param {number} mode of each file, such as 0o400
 */
export async function project(dir, files, mode) {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const previous = await readlink(join(dir, DATA)).catch(() => undefined);
  const version = `..${new Date().toISOString().replaceAll(/[-:.TZ]/g, '_')}${randomBytes(4).toString('hex')}`;
  await mkdir(join(dir, version), { mode: 0o700 });
  for (const [name, content] of files) await writeFile(join(dir, version, name), content, { mode });
  await symlink(version, join(dir, `${DATA}_tmp`));
  await rename(join(dir, `${DATA}_tmp`), join(dir, DATA));
  await linkNames(dir, files);
  if (previous) await rm(join(dir, previous), { recursive: true, force: true });
}

/**
 * Sets the links that a reader opens (`tls.crt` → `..data/tls.crt`), and removes those of files that are gone.
 * @param {string} dir
 * @param {ReadonlyMap<string, Uint8Array>} files
 */
async function linkNames(dir, files) {
  for (const name of files.keys()) {
    const link = join(dir, name);
    if (!(await lstat(link).catch(() => undefined))) await symlink(join(DATA, name), link);
  }
  for (const name of await readdir(dir)) {
    if (!name.startsWith('..') && !files.has(name)) await unlink(join(dir, name));
  }
}
