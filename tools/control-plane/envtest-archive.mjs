// The archive that Kubernetes' controller-tools project publishes for each release (`envtest-v<version>-<os>-<arch>.tar.gz`,
// listed with its SHA-512 in their envtest-releases.yaml). Its address and digest come from the environment: a machine
// that may not reach it is not made to wait for it.
import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { digestFile } from './cache.mjs';
import { extractByName } from './tar.mjs';

/** Path or URL (https, http, file) of the archive. */
export const ARCHIVE_ENV = 'ESO_ENVTEST_ARCHIVE';
/** Its SHA-512, hex. */
export const DIGEST_ENV = 'ESO_ENVTEST_SHA512';

/** Longest wait for the answer's head, milliseconds: an unreachable host is given up quickly. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * @typedef {object} EnvtestArchive
 * @property {string} location path or URL
 * @property {string} sha512 hex
 */

/** The archive is not the one that its digest promises. */
export class RefusedArchive extends Error {}

/**
 * The configured archive, or a sentence on how to configure one.
 * @returns {EnvtestArchive | string}
 */
export function configuredArchive() {
  const location = process.env[ARCHIVE_ENV];
  const sha512 = process.env[DIGEST_ENV]?.toLowerCase();
  if (!location) return `${ARCHIVE_ENV} is not set: set it to a path or URL, and ${DIGEST_ENV} to its SHA-512`;
  if (!sha512 || !/^[0-9a-f]{128}$/.test(sha512)) {
    return `${ARCHIVE_ENV} is set, but ${DIGEST_ENV} is not 128 hex digits: it has to be the SHA-512 that envtest-releases.yaml lists`;
  }
  return { location, sha512 };
}

/**
 * Unpacks the archive after its digest has been found right.
 * @param {EnvtestArchive} archive
 * @param {readonly string[]} names files wanted
 * @param {string} dir where they go
 * @param {(text: string) => void} progress
 * @throws RefusedArchive when it is another one than expected; Error when it cannot be fetched or lacks a file
 */
export async function unpackArchive({ location, sha512 }, names, dir, progress) {
  progress(`control plane: takes the envtest archive ${location}`);
  const path = await localCopy(location, dir);
  const actual = await digestFile(path, 'sha512');
  if (actual !== sha512) {
    throw new RefusedArchive(`${location} was refused: its SHA-512 is ${actual}, but ${DIGEST_ENV} says ${sha512}`);
  }
  await extractByName(path, names, dir);
  if (path === downloadPath(dir)) await rm(path);
}

/** @param {string} dir */
const downloadPath = (dir) => join(dir, 'archive.tar.gz');

/**
 * @param {string} location
 * @param {string} dir
 */
async function localCopy(location, dir) {
  if (location.startsWith('file:')) return fileURLToPath(location);
  if (!/^https?:/.test(location)) return location;
  const abort = new AbortController();
  const timer = setTimeout(
    () => abort.abort(new Error(`no answer within ${CONNECT_TIMEOUT_MS / 1_000} s`)),
    CONNECT_TIMEOUT_MS,
  );
  try {
    const response = await fetch(location, { signal: abort.signal });
    clearTimeout(timer);
    if (!response.ok || !response.body) throw new Error(`answered ${response.status}`);
    const path = downloadPath(dir);
    await pipeline(Readable.fromWeb(response.body), createWriteStream(path, { mode: 0o600 }));
    return path;
  } catch (cause) {
    throw new Error(`${location} cannot be fetched: ${describe(cause)}`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** @param {unknown} error fetch hides the reason in `cause` */
function describe(error) {
  const { message, cause } = /** @type {Error & { cause?: { message?: string } }} */ (error);
  return cause?.message ? `${message} (${cause.message})` : message;
}
