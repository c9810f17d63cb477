import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Layer, layerOf } from './layer.ts';

/** Folder of the program in an image, without the leading slash. */
export const APP = 'app';

/** Programs, what they load on demand, and the licences of what is bundled. Source maps stay behind: nothing reads them at run time. */
const SHIPPED = /\.(?:mjs|LEGAL\.txt)$/;

/** The layer with one program. @param dist folder that `tools/bundle.mjs` filled. @throws Error when there is no bundle */
export async function appLayer(title: string, dist: string): Promise<Layer> {
  if (!existsSync(join(dist, 'main.mjs'))) {
    throw new Error(`${dist} has no main.mjs: bundle it first, "npx nx run-many -t bundle"`);
  }
  const names = (await readdir(dist, { recursive: true })).filter((name) => SHIPPED.test(name));
  const entries = names.map(async (name) => ({
    kind: 'file' as const,
    path: `${APP}/${name}`,
    content: await readFile(join(dist, name)),
    executable: false,
  }));
  return layerOf(title, await Promise.all(entries));
}
