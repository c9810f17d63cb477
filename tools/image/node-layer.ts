/** Node itself, from the package that the workspace pins: the same for every program, so that a node of a cluster keeps it once. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { ensureEntry } from '@eso/control-plane/cache.mjs';
import { runCommand } from '@eso/control-plane/command.mjs';
import type { Progress } from './apt.ts';
import { type Layer, layerOf } from './layer.ts';
import { type LockedNpm, npmLock } from './npm-lock.ts';
import type { Platform } from './platforms.ts';
import { readTar, type TarEntry } from './tar.ts';

/** Path of Node in an image, without the leading slash. */
export const NODE = 'usr/local/bin/node';

const ARCHIVE = 'package.tgz';

/** Files of the npm package, and where they go. */
const FILES: Readonly<Record<string, string>> = {
  'package/bin/node': NODE,
  'package/LICENSE': 'usr/share/doc/node/copyright',
};

/** What the lockfile pins for a platform. @throws Error when it pins nothing */
export function lockedNode({ nodePackage }: Platform): LockedNpm {
  const locked = npmLock()[`node_modules/${nodePackage}`];
  if (!locked)
    throw new Error(`package-lock.json has no ${nodePackage}: add it to optionalDependencies of package.json`);
  return locked;
}

/** The layer with Node of one platform, whichever this machine is. @throws Error when it cannot be had or is not what the lockfile pins */
export async function nodeLayer(platform: Platform, progress: Progress): Promise<Layer> {
  const locked = lockedNode(platform);
  const archive = await fetchPackage(`${platform.nodePackage}@${locked.version}`, locked.integrity, progress);
  const contents = await readTar(createReadStream(archive).pipe(createGunzip()));
  const entries = Object.entries(FILES).map(([from, path]): TarEntry => {
    const found = contents.find((entry) => entry.path === from);
    if (found?.kind !== 'file') throw new Error(`${platform.nodePackage} ${locked.version} has no ${from}`);
    return { kind: 'file', path, content: found.content, executable: path === NODE };
  });
  return layerOf(`Node ${locked.version}`, entries);
}

async function fetchPackage(spec: string, integrity: string, progress: Progress): Promise<string> {
  const wanted = Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
  const dir = await ensureEntry({
    key: join('image', 'npm', wanted.slice(0, 64)),
    what: spec,
    progress,
    produce: async (draft) => {
      progress(`${spec}: fetches it`);
      const flags = ['--ignore-scripts', '--loglevel=error', `--pack-destination=${draft}`];
      await runCommand('npm', ['pack', spec, ...flags], { what: spec, progress });
      const [name = ''] = await readdir(draft);
      const actual = createHash('sha512')
        .update(await readFile(join(draft, name)))
        .digest('hex');
      if (actual !== wanted) {
        throw new Error(`${spec} was refused: its SHA-512 is ${actual}, but package-lock.json says ${wanted}`);
      }
      await rename(join(draft, name), join(draft, ARCHIVE));
      return [ARCHIVE];
    },
  });
  return join(dir, ARCHIVE);
}
