import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Image } from './oci-image.ts';

/** What was built, as it stands in `dist-image/image.json`. */
export interface Summary {
  /** With its tag. */
  readonly name: string;
  /** Of the index, `sha256:…` */
  readonly digest: string;
  readonly platforms: readonly PlatformSummary[];
}

/** What one kind of machine pulls. */
export interface PlatformSummary {
  readonly architecture: string;
  readonly digest: string;
  /** From the lowest to the highest; compressed bytes. */
  readonly layers: readonly { readonly title: string; readonly digest: string; readonly bytes: number }[];
}

/** Name of the file. */
export const SUMMARY = 'image.json';

/** The figures of an image. */
export const summaryOf = (name: string, { index, platforms }: Image): Summary => ({
  name,
  digest: index.digest,
  platforms: platforms.map(({ platform, manifest, layers }) => ({
    architecture: platform.architecture,
    digest: manifest.digest,
    layers: layers.map(({ title, blob: { digest, bytes } }) => ({ title, digest, bytes: bytes.length })),
  })),
});

/** The summary in a folder. @throws what the file system answers where no image was built */
export const readSummary = (folder: string): Summary =>
  JSON.parse(readFileSync(join(folder, SUMMARY), 'utf8')) as Summary;

/** Compressed bytes that a machine without any of its layers pulls. */
export const pulledBytes = ({ layers }: PlatformSummary): number => layers.reduce((sum, { bytes }) => sum + bytes, 0);

/** Most that an image may have, compressed bytes, and most of them that may be its own program. */
export const MOST_BYTES = { image: 60_000_000, own: 2_000_000 };

/** What is larger than it may be: a sentence each. */
export function oversizes({ name, platforms }: Summary): string[] {
  return platforms.flatMap((platform) => {
    const where = `${name} for ${platform.architecture}`;
    const all = pulledBytes(platform);
    const own = platform.layers.at(-1)?.bytes ?? 0;
    return [
      ...(all > MOST_BYTES.image ? [`${where} has ${all} bytes, and may have ${MOST_BYTES.image}`] : []),
      ...(own > MOST_BYTES.own ? [`${where} has ${own} bytes of its own, and may have ${MOST_BYTES.own}`] : []),
    ];
  });
}
