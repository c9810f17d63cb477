import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Outputs, readAtStart } from '../check/bundle-start.ts';

/** What a program's image has of it, bytes. */
export interface BundleBytes {
  /** What is read at the start: the program and the chunks that it imports. */
  readonly start: number;
  /** Everything: also what is loaded on demand, and the program of its workers. Not the source maps. */
  readonly all: number;
}

/** The sizes of what `tools/bundle.mjs` wrote. @param dist folder of the bundle. @throws what the file system answers without one */
export function bundleBytes(dist: string): BundleBytes {
  const { outputs } = JSON.parse(readFileSync(join(dist, 'meta.json'), 'utf8')) as { readonly outputs: Outputs };
  const programs = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mjs'));
  const all = programs.reduce((sum, name) => sum + statSync(join(dist, name)).size, 0);
  const start = readAtStart(outputs).reduce((sum, path) => sum + (outputs[path]?.bytes ?? 0), 0);
  return { start, all };
}
