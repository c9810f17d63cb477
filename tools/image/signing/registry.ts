/** Images in a registry: their names there, and whether they are there. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '@eso/control-plane/command.mjs';
import { reasonOf, type SigningPrograms } from './programs.ts';

/** `HOST[:PORT][/PATH]` as the user gave it. @throws Error when it is none */
export function registryOf(given: string | undefined): string {
  if (given === undefined) throw new Error('--registry=HOST[:PORT][/PATH] is needed: where the images go or are');
  if (/^[a-z\d][a-z\d.-]*(?::\d+)?(?:\/[a-z\d][a-z\d._/-]*)?$/.test(given) && !given.endsWith('/')) return given;
  throw new Error(
    `--registry=${given} is no HOST[:PORT][/PATH]: lower case, without https:// before and without a slash at the end`,
  );
}

/** The name of an image in a registry: its name on a node without the host, `localhost` or another. @param name with its tag */
export const nameInRegistry = (name: string): string => name.replace(/^(?:localhost|[^/]*[.:][^/]*)\//, '');

/** An image by its content: `registry.example.org/external-secrets/core@sha256:…`. @param name with its tag */
export const byDigest = (registry: string, name: string, digest: string): string =>
  `${registry}/${name.replace(/:[^:/]*$/, '')}@${digest}`;

/** The digest that a name stands for in the registry; absent where it stands for nothing. @throws Error when the registry does not answer */
export async function digestOf(programs: SigningPrograms, reference: string): Promise<string | undefined> {
  const ran = await programs.runCrane('digest', reference);
  if (ran.code === 0) return ran.stdout.trim();
  if (/MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found/.test(ran.stderr)) return undefined;
  throw new Error(`the registry does not say what ${reference} is: ${reasonOf(ran)}`);
}

/**
 * Puts the image of an archive into the registry, for all platforms.
 * @param archive path of it
 * @param reference its name there, with a tag
 * @returns its digest
 * @throws Error when the archive is damaged, or the registry does not take it
 */
export async function push(programs: SigningPrograms, archive: string, reference: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'push-'));
  try {
    await runCommand('tar', ['-C', folder, '-xf', archive]);
    for (const name of readdirSync(join(folder, 'blobs', 'sha256'))) {
      const bytes = readFileSync(join(folder, 'blobs', 'sha256', name));
      if (createHash('sha256').update(bytes).digest('hex') === name) continue;
      throw new Error(
        `${archive} is damaged: sha256:${name} has another content than its name says. Delete it and build it anew`,
      );
    }
    const ran = await programs.runCrane('push', folder, reference);
    if (ran.code !== 0) throw new Error(`the registry does not take ${reference}: ${reasonOf(ran)}`);
    return ran.stdout.trim().replace(/^.*@/s, '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}
