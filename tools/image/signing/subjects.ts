/** What is signed of an image: its index, which names it, and below it the manifest of each platform, which a machine runs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { baseLock } from '../base-lock.ts';
import { PLATFORMS } from '../platforms.ts';
import { readSummary, type Summary } from '../summary.ts';
import { provenanceOf } from './provenance.ts';
import { nameInRegistry } from './registry.ts';
import type { Source } from './source.ts';

/** A statement, under the name that cosign has for its type. */
export interface Attestation {
  readonly type: 'slsaprovenance1' | 'cyclonedx';
  /** JSON. */
  readonly predicate: string;
}

/** Something with a digest, and what is stated of it. */
export interface Subject {
  /** For messages: `core`, `core for amd64`. */
  readonly what: string;
  readonly digest: string;
  readonly attestations: readonly Attestation[];
}

/** A built image with what is signed of it, the index first. */
export interface Signable {
  /** In a registry, with its tag: `external-secrets/core:0.1.0`. */
  readonly name: string;
  readonly summary: Summary;
  readonly subjects: readonly Subject[];
}

/**
 * Reads what was built of an app.
 * @param folder its `dist-image`
 * @param builder address that names who built it
 * @throws what the file system answers where no image was built
 */
export function signableOf(app: string, folder: string, source: Source, builder: string): Signable {
  const summary = readSummary(folder);
  const provenance = (platforms: typeof PLATFORMS | [(typeof PLATFORMS)[number]]): Attestation => ({
    type: 'slsaprovenance1',
    predicate: JSON.stringify(provenanceOf({ app, platforms, base: baseLock(), source, builder })),
  });
  const whole = { what: app, digest: summary.digest, attestations: [provenance(PLATFORMS)] };
  const each = PLATFORMS.map((platform): Subject => {
    const { architecture } = platform;
    const built = summary.platforms.find((one) => one.architecture === architecture);
    if (!built) throw new Error(`${folder} has no image for ${architecture}: build it anew`);
    const bill = readFileSync(join(folder, `${app}.${architecture}.cdx.json`), 'utf8');
    const attestations = [provenance([platform]), { type: 'cyclonedx' as const, predicate: bill }];
    return { what: `${app} for ${architecture}`, digest: built.digest, attestations };
  });
  return { name: nameInRegistry(summary.name), summary, subjects: [whole, ...each] };
}
