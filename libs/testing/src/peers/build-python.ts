import { createHash } from 'node:crypto';
import { cp, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureEntry, platform } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import { findPython } from '@eso/control-plane/python.mjs';
import { peerSourceFolder, PROTO_FILES, protoFolder, sourcesDigest } from './sources.ts';

/** Programs in Python; absolute paths. */
export interface PythonPeer {
  readonly python: string;
  readonly server: string;
  readonly conforming: string;
}

type Progress = (text: string) => void;

const WHAT = 'peer in Python';

/**
 * Makes a private environment with the packages that the server needs, and the server with its stubs, unless they are in the cache
 * (about half a minute). Every package is one whose hash `requirements.txt` names.
 * @throws Error saying what is missing and how to get it, or with what pip said
 */
export async function ensurePythonPeer(progress: Progress = () => undefined): Promise<PythonPeer> {
  const python = await ensureEnvironment(progress);
  const dir = await ensureEntry({
    key: join('peers', `python-${await sourcesDigest('python')}`),
    what: WHAT,
    progress,
    produce: (draft) => prepare(python, draft),
  });
  return { python, server: join(dir, 'server.py'), conforming: join(dir, 'conforming.py') };
}

/** @returns the environment's own Python */
async function ensureEnvironment(progress: Progress): Promise<string> {
  const { python, version } = await findPython();
  const requirements = join(peerSourceFolder('python'), 'requirements.txt');
  const digest = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16);
  const own = join('bin', 'python');
  const dir = await ensureEntry({
    key: join('peers', `python-packages-${digest}-py${version}-${platform}`),
    what: WHAT,
    progress,
    produce: async (draft) => {
      progress(`${WHAT}: installs grpcio from PyPI, once`);
      await runCommand(python, ['-m', 'venv', draft]);
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
      await runCommand(
        join(draft, own),
        ['-m', 'pip', 'install', ...quiet, '--require-hashes', '--only-binary=:all:', '-r', requirements],
        { what: `${WHAT}: pip`, progress },
      );
      // Thousands of files: those that say whether the installation ended are enough.
      return ['pyvenv.cfg', own];
    },
  });
  return join(dir, own);
}

/** Fills `dir` with the sources and the stubs. @returns the files */
async function prepare(python: string, dir: string): Promise<string[]> {
  const sources = peerSourceFolder('python');
  const programs = (await readdir(sources)).filter((name) => name.endsWith('.py'));
  for (const name of programs) await cp(join(sources, name), join(dir, name));
  const into = [`-I${protoFolder}`, `--python_out=${dir}`, `--grpc_python_out=${dir}`];
  await runCommand(python, ['-m', 'grpc_tools.protoc', ...into, ...PROTO_FILES.map((file) => join(protoFolder, file))]);
  return (await readdir(dir, { recursive: true })).filter((name) => name.endsWith('.py'));
}
