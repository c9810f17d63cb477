// Expensive things outside of the checkout, shared by all checkouts: binaries that took minutes, Python environments. An
// entry appears in one step and complete, its files are checked each time, and what is broken is made anew.
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { acquireLock } from './lock.mjs';

const MANIFEST = 'manifest.json';

/** Directory of the cache: `external-secrets` in XDG_CACHE_HOME, which is `~/.cache` unless set. */
export const cacheRoot = () => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'external-secrets');

/** Part of a key: what runs on one kind of machine does not run on another. */
export const platform = `${process.platform}-${process.arch}`;

/**
 * Hex SHA-2 digest of a file.
 * @param {string} path
 * @param {'sha256' | 'sha512'} [algorithm]
 */
export async function digestFile(path, algorithm = 'sha256') {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/**
 * The entry's directory if it is there and whole; undefined otherwise.
 * @param {string} key
 * @returns {Promise<string | undefined>}
 */
export async function cachedEntry(key) {
  const dir = join(cacheRoot(), key);
  const manifest = await readFile(join(dir, MANIFEST), 'utf8').catch(() => undefined);
  if (manifest === undefined) return undefined;
  try {
    const { files } = /** @type {{ files: Record<string, string> }} */ (parse(manifest));
    const checks = Object.entries(files).map(async ([name, sum]) => (await digestFile(join(dir, name))) === sum);
    return (await Promise.all(checks)).every(Boolean) ? dir : undefined;
  } catch {
    return undefined; // a file is gone, or the manifest is no JSON
  }
}

/**
 * @typedef {object} EntryOptions
 * @property {string} key path below the cache: version and content of what is in it
 * @property {string} what for messages
 * @property {(text: string) => void} progress
 * @property {(dir: string) => Promise<readonly string[]>} produce fills an empty directory and returns the files whose
 *   content is checked from then on
 */

/**
 * The entry's directory, filled if need be. Of two processes at once, one fills it and the other waits.
 * @param {EntryOptions} options
 * @returns {Promise<string>}
 * @throws what `produce` throws; nothing is left of the attempt
 */
export async function ensureEntry({ key, what, progress, produce }) {
  const present = await cachedEntry(key);
  if (present) return present;
  const final = join(cacheRoot(), key);
  await mkdir(dirname(final), { recursive: true, mode: 0o700 });
  const unlock = await acquireLock(`${final}.lock`, () =>
    progress(`${what}: another process is at it, waiting for it to finish`),
  );
  try {
    const meanwhile = await cachedEntry(key);
    if (meanwhile) return meanwhile;
    await removeLeftovers(final);
    const draft = `${final}.draft-${randomBytes(4).toString('hex')}`;
    await mkdir(draft, { mode: 0o700 });
    try {
      const names = await produce(draft);
      const sums = await Promise.all(names.map((name) => digestFile(join(draft, name))));
      const files = Object.fromEntries(names.map((name, index) => [name, sums[index]]));
      await writeFile(join(draft, MANIFEST), JSON.stringify({ files }, undefined, 2));
      await publish(draft, final);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      throw error;
    }
    return final;
  } finally {
    await unlock();
  }
}

/**
 * Puts the draft in the place of a broken entry, if there is one.
 * @param {string} draft
 * @param {string} final
 */
async function publish(draft, final) {
  const broken = `${final}.draft-${randomBytes(4).toString('hex')}`;
  await rename(final, broken).catch(() => undefined);
  await rename(draft, final);
  await rm(broken, { recursive: true, force: true });
}

/**
 * Removes drafts of processes that were killed: whoever holds the lock is the only one at work.
 * @param {string} final
 */
async function removeLeftovers(final) {
  const prefix = `${basename(final)}.draft-`;
  for (const name of await readdir(dirname(final))) {
    if (name.startsWith(prefix)) await rm(join(dirname(final), name), { recursive: true, force: true });
  }
}

/**
 * @param {string} text
 * @returns {unknown}
 */
function parse(text) {
  return JSON.parse(text);
}
