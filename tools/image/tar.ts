/** Tar archives whose bytes follow from what is in them alone: no clock, no owner, no order of a file system. */
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';

/** One file or symbolic link. Folders are not named: those that are needed come by themselves. */
export type TarEntry =
  | {
      readonly kind: 'file';
      /** Without a leading slash. */
      readonly path: string;
      readonly content: Buffer;
      /** Whether it is a program (mode 0755) or is read (0644). Nobody but root may write to either. */
      readonly executable: boolean;
    }
  | { readonly kind: 'symlink'; readonly path: string; readonly target: string };

/** What stands in the place of the time of a change: the same for every entry of every build. */
const MTIME = new Date(0);

const byPath = (a: { path: string }, b: { path: string }): number => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0);

/**
 * An uncompressed archive of these entries and the folders above them, sorted by path.
 * @throws Error when a path stands twice
 */
export async function writeTar(entries: readonly TarEntry[]): Promise<Buffer> {
  const archive = pack();
  const bytes = buffer(archive);
  const common = { mtime: MTIME, uid: 0, gid: 0 };
  const all = [...folders(entries).map((path) => ({ kind: 'folder' as const, path })), ...entries].sort(byPath);
  const twice = all.find(({ path }, index) => path === all[index + 1]?.path);
  if (twice) throw new Error(`${twice.path} stands twice in one archive`);
  for (const entry of all) {
    const name = entry.path;
    switch (entry.kind) {
      case 'folder':
        archive.entry({ ...common, name: `${name}/`, type: 'directory', mode: 0o755 });
        break;
      case 'symlink':
        archive.entry({ ...common, name, type: 'symlink', mode: 0o777, linkname: entry.target });
        break;
      case 'file':
        archive.entry({ ...common, name, mode: entry.executable ? 0o755 : 0o644 }, entry.content);
    }
  }
  archive.finalize();
  return bytes;
}

/**
 * The files and symbolic links of an archive, in its order; folders and devices are left out. A hard link is the file that it links to.
 * Paths lose a leading `./`.
 * @throws Error when the archive is broken, or an entry would lie outside of where it is unpacked
 */
export async function readTar(archive: Readable | Buffer): Promise<TarEntry[]> {
  const entries: TarEntry[] = [];
  const reader = extract();
  (Buffer.isBuffer(archive) ? Readable.from([archive]) : archive)
    .on('error', (error) => reader.destroy(error))
    .pipe(reader);
  for await (const stream of reader) {
    const { name, type, mode, linkname } = stream.header;
    const content = await buffer(stream);
    const path = localPath(name);
    if (type === 'file') entries.push({ kind: 'file', path, content, executable: (mode & 0o111) !== 0 });
    else if (type === 'symlink') entries.push({ kind: 'symlink', path, target: linkname });
    else if (type === 'link') entries.push({ ...linked(entries, localPath(linkname)), path });
  }
  return entries;
}

function linked(entries: readonly TarEntry[], path: string): TarEntry {
  const found = entries.find((entry) => entry.path === path);
  if (!found) throw new Error(`a hard link points to ${path}, which is not in the archive before it`);
  return found;
}

function localPath(name: string): string {
  const path = name.replace(/^(?:\.?\/)+/, '').replace(/\/$/, '');
  if (path.split('/').includes('..')) throw new Error(`an archive has the path ${name}, which leads out of it`);
  return path;
}

function folders(entries: readonly TarEntry[]): string[] {
  const found = new Set<string>();
  for (const { path } of entries) {
    for (let above = dirname(path); above !== '.'; above = dirname(above)) found.add(above);
  }
  return [...found];
}
