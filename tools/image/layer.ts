import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { ensureEntry } from '@eso/control-plane/cache.mjs';
import { type TarEntry, writeTar } from './tar.ts';

/** One layer of an image. */
export interface Layer {
  /** What is in it, a few words: the history of the image says so. */
  readonly title: string;
  /** `sha256:…` of the archive before compression. */
  readonly diffId: string;
  /** Says whether and how the blob is compressed. */
  readonly mediaType: string;
  readonly blob: Blob;
}

/** Bytes under the name that their content gives them. */
export interface Blob {
  /** `sha256:…` */
  readonly digest: string;
  readonly bytes: Buffer;
}

/** Names bytes by their content. */
export const blobOf = (bytes: Buffer): Blob => ({ digest: `sha256:${sha256(bytes)}`, bytes });

/** Hex. */
export const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** The least time for the least bytes: level 9 takes four times as long for half a percent. */
const LEVEL = 6;

const PLAIN = 'application/vnd.oci.image.layer.v1.tar';

/** A layer of these entries as it is, for what is never sent anywhere. */
export async function plainLayerOf(title: string, entries: readonly TarEntry[]): Promise<Layer> {
  const blob = blobOf(await writeTar(entries));
  return { title, diffId: blob.digest, mediaType: PLAIN, blob };
}

/** A compressed layer of these entries. What was compressed once by this zlib is taken from the cache: Node takes seconds. */
export async function layerOf(title: string, entries: readonly TarEntry[]): Promise<Layer> {
  const archive = await writeTar(entries);
  const diff = sha256(archive);
  const file = 'layer.tar.gz';
  const dir = await ensureEntry({
    key: join('image', 'layer', `${diff}-zlib-${process.versions.zlib}-${process.arch}`),
    what: title,
    progress: () => undefined,
    produce: async (draft) => {
      await writeFile(join(draft, file), await promisify(gzip)(archive, { level: LEVEL }));
      return [file];
    },
  });
  return {
    title,
    diffId: `sha256:${diff}`,
    mediaType: `${PLAIN}+gzip`,
    blob: blobOf(await readFile(join(dir, file))),
  };
}
