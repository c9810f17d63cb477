// Where the control plane's binaries come from, in this order: a directory that the user names, the cache, the official
// envtest archive, a build from source.
import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { cachedEntry, ensureEntry, platform } from './cache.mjs';
import { runCommand } from './command.mjs';
import { configuredArchive, RefusedArchive, unpackArchive } from './envtest-archive.mjs';
import { buildFromModules, recipeDigest } from './go-build.mjs';
import { KUBERNETES_VERSION } from './versions.mjs';

/** A directory with all three binaries; the name is the one that kubebuilder and controller-runtime use. */
export const ASSETS_ENV = 'KUBEBUILDER_ASSETS';

/** Oldest minor release of Kubernetes 1 that is supported. */
const OLDEST_MINOR = 34;

const NAMES = /** @type {const} */ (['etcd', 'kube-apiserver', 'kubectl']);

/**
 * @typedef {object} Binaries absolute paths
 * @property {string} etcd
 * @property {string} kubeApiserver
 * @property {string} kubectl
 *
 * @typedef {object} BinariesOptions
 * @property {(text: string) => void} [progress] told what is slow, every ten seconds
 */

/**
 * Finds or makes the binaries.
 * @param {BinariesOptions} [options]
 * @returns {Promise<Binaries>}
 * @throws Error that says for each source why it has nothing, and how to get it
 */
export async function ensureBinaries({ progress = () => undefined } = {}) {
  const assets = process.env[ASSETS_ENV];
  if (assets) return namedDirectory(assets);
  const sources = [archiveSource(progress), await buildSource(progress)];
  for (const source of sources) {
    const dir = source.kind === 'configured' ? await cachedEntry(source.key) : undefined;
    if (dir) return paths(dir);
  }
  const reasons = [`${ASSETS_ENV} is not set: set it to a directory with ${NAMES.join(', ')}`];
  for (const source of sources) {
    if (source.kind === 'absent') {
      reasons.push(source.reason);
      continue;
    }
    try {
      return paths(await ensureEntry({ ...source, what: 'control plane binaries', progress }));
    } catch (error) {
      // Something else than expected under a trusted name is not to be passed over.
      if (error instanceof RefusedArchive) throw error;
      const { message } = /** @type {Error} */ (error);
      progress(`control plane: ${message}`);
      reasons.push(message);
    }
  }
  throw new Error(
    `etcd, kube-apiserver and kubectl cannot be had on this machine (${platform}). One of these is enough:\n` +
      reasons.map((reason) => `  - ${reason}`).join('\n'),
  );
}

/**
 * @typedef {{ kind: 'absent', reason: string }
 *   | { kind: 'configured', key: string, produce: (dir: string) => Promise<readonly string[]> }} Source
 */

/**
 * @param {(text: string) => void} progress
 * @returns {Source}
 */
function archiveSource(progress) {
  const archive = configuredArchive();
  if (typeof archive === 'string') return { kind: 'absent', reason: archive };
  return {
    kind: 'configured',
    key: keyOf(`envtest-${archive.sha512.slice(0, 16)}`),
    produce: async (dir) => {
      await unpackArchive(archive, NAMES, dir, progress);
      return NAMES;
    },
  };
}

/**
 * @param {(text: string) => void} progress
 * @returns {Promise<Source>}
 */
async function buildSource(progress) {
  return {
    kind: 'configured',
    key: keyOf(`${KUBERNETES_VERSION}-${await recipeDigest()}`),
    produce: async (dir) => {
      await buildFromModules(dir, progress);
      return NAMES;
    },
  };
}

/** @param {string} content version and content */
const keyOf = (content) => join('control-plane', `${content}-${platform}`);

/**
 * @param {string} dir
 * @returns {Binaries}
 */
const paths = (dir) => ({
  etcd: join(dir, 'etcd'),
  kubeApiserver: join(dir, 'kube-apiserver'),
  kubectl: join(dir, 'kubectl'),
});

/**
 * The user's own binaries: what is wrong with them is said, not worked around.
 * @param {string} dir
 */
async function namedDirectory(dir) {
  for (const name of NAMES) {
    await access(join(dir, name), constants.X_OK).catch(() => {
      throw new Error(`${ASSETS_ENV} is ${dir}, which has no executable ${name}: put it there, or unset ${ASSETS_ENV}`);
    });
  }
  const binaries = paths(dir);
  const version = (await runCommand(binaries.kubeApiserver, ['--version'])).trim();
  const [, minor = '0'] = /^Kubernetes v1\.(\d+)/.exec(version) ?? [];
  if (Number(minor) < OLDEST_MINOR) {
    throw new Error(`${ASSETS_ENV} has "${version}"; kube-apiserver 1.${OLDEST_MINOR} or newer is needed`);
  }
  return binaries;
}
