import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { Readable } from 'node:stream';
import { nx } from '../../nx.ts';
import { root } from '../../setup.mjs';
import { readTar, type TarEntry } from '../tar.ts';

/** An image as a container runtime sees it. */
export interface BuiltImage {
  readonly config: {
    readonly User: string;
    readonly Env: readonly string[];
    readonly Entrypoint: readonly string[];
    readonly WorkingDir: string;
  };
  /** Each layer as it was compressed, from the lowest to the highest. */
  readonly layers: readonly Buffer[];
}

interface Pointer {
  readonly digest: string;
  readonly platform?: { readonly architecture: string };
}

/** Builds the image of an app as a developer does. @returns path of its archive. @throws Error with what was printed */
export async function buildArchive(app: string): Promise<string> {
  let output = '';
  if ((await nx(['run', `@eso/${app}:image`], {}, (text) => (output += text))) !== 0) throw new Error(output);
  return join(root, 'apps', app, 'dist-image', `${app}.tar`);
}

/** The same. @returns its archive */
export const buildImage = async (app: string): Promise<Buffer> => readFile(await buildArchive(app));

/** Goes from the archive's index to one platform, as a runtime does. @throws Error when something is missing */
export async function readImage(archive: Buffer, architecture: string): Promise<BuiltImage> {
  const files = new Map((await readTar(archive)).map((entry) => [entry.path, entry]));
  const read = (path: string): Buffer => {
    const found = files.get(path);
    if (found?.kind !== 'file') throw new Error(`the archive has no ${path}`);
    return found.content;
  };
  const blob = ({ digest }: Pointer): Buffer => read(`blobs/${digest.replace(':', '/')}`);
  const parse = (bytes: Buffer): unknown => JSON.parse(bytes.toString());
  const top = parse(read('index.json')) as { manifests: [Pointer] };
  const index = parse(blob(top.manifests[0])) as { manifests: Pointer[] };
  const found = index.manifests.find(({ platform }) => platform?.architecture === architecture);
  if (!found) throw new Error(`the image has nothing for ${architecture}`);
  const manifest = parse(blob(found)) as { config: Pointer; layers: Pointer[] };
  const { config } = parse(blob(manifest.config)) as Pick<BuiltImage, 'config'>;
  return { config, layers: manifest.layers.map(blob) };
}

/** Everything in the root of a container of this image, an upper layer over a lower one. */
export async function rootOf({ layers }: BuiltImage): Promise<TarEntry[]> {
  const all = await Promise.all(layers.map((layer) => readTar(Readable.from([layer]).pipe(createGunzip()))));
  return [...new Map(all.flat().map((entry) => [entry.path, entry])).values()];
}
