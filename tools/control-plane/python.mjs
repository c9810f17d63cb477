import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry, platform } from './cache.mjs';
import { runCommand } from './command.mjs';

/** What a Python must have to make a private environment with pip in it. */
const PROBE = 'import sys, venv, ensurepip; assert sys.version_info >= (3, 9); print("%d.%d" % sys.version_info[:2])';

/**
 * Finds a Python on PATH that can make environments.
 * @returns {Promise<{ python: string, version: string }>} version such as `3.11`
 * @throws Error saying what is missing and how to get it
 */
export async function findPython() {
  const reasons = [];
  for (const python of ['python3', 'python']) {
    try {
      return { python, version: (await runCommand(python, ['-c', PROBE])).trim() };
    } catch (error) {
      reasons.push(lastLine(/** @type {Error} */ (error).message));
    }
  }
  throw new Error(
    'Python 3.9 or newer with its venv module is needed: install it (on Debian and Ubuntu the packages python3 and ' +
      `python3-venv). Tried python3 and python on PATH: ${reasons.join('; ')}`,
  );
}

/**
 * A private environment with one package in it, or with several, in the cache.
 * @param {object} options
 * @param {string} options.name part of the key
 * @param {string | readonly string[]} options.requirement such as `moto[server]==5.2.5`, or arguments of `pip install`
 * @param {string} options.what for messages
 * @param {(text: string) => void} options.progress
 * @returns {Promise<{ python: string, sitePackages: string }>} absolute paths
 */
export async function ensurePythonPackage({ name, requirement, what, progress }) {
  const { python, version } = await findPython();
  const dir = await ensureEntry({
    key: join('python', `${name}-py${version}-${platform}`),
    what,
    progress,
    produce: async (draft) => {
      progress(`${what}: installs ${typeof requirement === 'string' ? requirement : 'its packages'} from PyPI`);
      await runCommand(python, ['-m', 'venv', draft]);
      const own = join(draft, 'bin', 'python');
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
      await runCommand(own, ['-m', 'pip', 'install', ...quiet, ...[requirement].flat()], { what, progress });
      await writeFile(
        join(draft, 'installed.txt'),
        await runCommand(own, ['-m', 'pip', 'freeze', ...quiet.slice(1, 2)]),
      );
      // Thousands of files: those that say whether the installation ended are enough.
      return ['pyvenv.cfg', 'installed.txt', join('bin', 'python')];
    },
  });
  const [lib = ''] = await readdir(join(dir, 'lib'));
  return { python: join(dir, 'bin', 'python'), sitePackages: join(dir, 'lib', lib, 'site-packages') };
}

/** @param {string} text */
const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';
