/** Images of the cluster itself, each made of one static program. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NONROOT } from '../../image/base-layer.ts';
import { plainLayerOf } from '../../image/layer.ts';
import { descriptor, layoutArchive, MEDIA } from '../../image/oci-archive.ts';
import { blobsOf, manifestOf } from '../../image/oci-manifest.ts';

/** Names of the images, by the program that is in them. */
export const IMAGES = {
  pause: 'eso.test/pause:1',
  coredns: 'eso.test/coredns:1',
  /** Serves, dials, resolves: what a pod of a test does. */
  probe: 'eso.test/probe:1',
} as const;

/**
 * Writes the archives.
 * @param dir where they go
 * @param programs folder with the programs
 * @returns their paths
 */
export async function writeTestImages(dir: string, programs: string): Promise<readonly string[]> {
  await mkdir(dir, { recursive: true });
  return await Promise.all(
    Object.entries(IMAGES).map(async ([program, name]) => {
      const path = join(dir, `${program}.tar`);
      await writeFile(path, await archiveOf(name, program, join(programs, program)));
      return path;
    }),
  );
}

async function archiveOf(name: string, program: string, source: string): Promise<Buffer> {
  const content = await readFile(source);
  const layer = await plainLayerOf(name, [{ kind: 'file', path: program, content, executable: true }]);
  const image = manifestOf({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    process: { User: `${NONROOT}:${NONROOT}`, Entrypoint: [`/${program}`] },
    layers: [layer],
  });
  return await layoutArchive(name, descriptor(MEDIA.manifest, image.manifest), blobsOf(image));
}
