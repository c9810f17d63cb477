// Programs that are built from their Go modules: the recipe's go.mod pins every module, its go.sum their content.
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { ensureEntry, platform } from './cache.mjs';
import { runCommand } from './command.mjs';
import { ensureGo, goEnvironment } from './go-toolchain.mjs';

/**
 * @typedef {object} GoPrograms
 * @property {string} key path below the cache, without what follows from the content: `helm/3.22.0`
 * @property {string} what for messages: `Helm 3.22.0`
 * @property {string} recipe folder with `go.mod`, `go.sum`, and sources where it has some of its own
 * @property {readonly string[]} packages each becomes a program that is called as the last part of its path
 * @property {string} linkerFlags versions that the programs say of themselves, mostly
 * @property {string} takes how long a build takes: `1 to 4 minutes`
 * @property {(text: string) => void} progress told every ten seconds how far the build is
 */

/**
 * Finds the programs in the cache, or builds them, once.
 * @param {GoPrograms} programs
 * @returns {Promise<string>} the folder they are in
 * @throws Error when there is no Go toolchain, a module cannot be had, or the compiler fails
 */
export async function ensureGoPrograms(programs) {
  const { key, what, progress } = programs;
  return await ensureEntry({
    key: `${key}-${await digest(programs)}-${platform}`,
    what,
    progress,
    produce: (draft) => build(programs, draft),
  });
}

/**
 * Digest of all that decides what the build yields.
 * @param {GoPrograms} programs
 */
async function digest({ recipe, packages, linkerFlags }) {
  const hash = createHash('sha256').update(`${packages.join(' ')}\n${linkerFlags}\n`);
  const files = await readdir(recipe, { recursive: true, withFileTypes: true });
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  for (const path of paths.sort()) hash.update(await readFile(path));
  return hash.digest('hex').slice(0, 16);
}

/**
 * @param {GoPrograms} programs
 * @param {string} dir
 */
async function build({ what, recipe, packages, linkerFlags, takes, progress }, dir) {
  const go = await ensureGo(progress);
  // Go may write to the folder of the module; the checkout stays as it is.
  const module = join(dir, 'module');
  await cp(recipe, module, { recursive: true });
  progress(`${what}: builds it from source, once (${takes})`);
  let seen = 0;
  const flags = ['-v', '-mod=readonly', '-buildvcs=false', '-trimpath', '-gcflags=all=-dwarf=false'];
  await runCommand(go, ['build', ...flags, '-ldflags', linkerFlags, '-o', `${dir}/`, ...packages], {
    cwd: module,
    env: { ...goEnvironment(), CGO_ENABLED: '0' },
    what: `${what}: build`,
    progress,
    // Each module that is fetched and each package that is compiled has a line.
    onErrorLine: () => seen++,
    howFar: () => `${seen} modules and packages done`,
  });
  await rm(module, { recursive: true });
  return packages.map((path) => basename(path));
}
