/** Images of the cluster itself, each made of one static program. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeOciArchive } from './oci-archive.ts';

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
      await writeOciArchive(path, {
        name,
        files: { [`/${program}`]: join(programs, program) },
        entrypoint: [`/${program}`],
      });
      return path;
    }),
  );
}
