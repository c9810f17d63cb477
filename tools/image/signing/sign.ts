import { reasonOf, type Ran, type SigningPrograms } from './programs.ts';
import { byDigest, digestOf } from './registry.ts';
import type { Signable } from './subjects.ts';

/** Where an image is, and who signs it. */
export interface SignOptions {
  readonly registry: string;
  /** A file, or an address that cosign knows. */
  readonly key: string;
}

/**
 * Signs an image in a registry, and the manifest of each platform in it, and states of each what it was built from and of.
 * Done again, it changes nothing that counts.
 * @returns lines that say what was done
 * @throws Error when the registry has no such image, the key does not open, or the registry does not take it
 */
export async function signImage(
  programs: SigningPrograms,
  { name, subjects }: Signable,
  { registry, key }: SignOptions,
): Promise<string[]> {
  const done: string[] = [];
  for (const { what, digest, attestations } of subjects) {
    const reference = byDigest(registry, name, digest);
    // cosign signs a digest whether or not anything has it.
    if ((await digestOf(programs, reference)) === undefined) {
      throw new Error(`${registry} has no ${name} of ${digest}: "npm run image -- push" puts it there`);
    }
    accept(await programs.sign(key, reference), reference, key);
    for (const { type, predicate } of attestations) {
      accept(await programs.attest(key, reference, type, predicate), reference, key);
    }
    done.push(`${what}: signed ${reference}, with ${attestations.map(({ type }) => type).join(' and ')}`);
  }
  return done;
}

function accept(ran: Ran, reference: string, key: string): void {
  if (ran.code === 0) return;
  if (ran.stderr.includes('decryption failed')) throw new Error(`COSIGN_PASSWORD does not open the key ${key}`);
  throw new Error(`${reference} is not signed: ${reasonOf(ran)}`);
}
