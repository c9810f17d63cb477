import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** What a provider's image has of it, bytes. */
export interface BundleBytes {
  /** What is read at the start: the program and the chunks that it imports. */
  readonly start: number;
  /** Everything: also what is loaded on demand, and the program of its workers. Not the source maps. */
  readonly all: number;
}

/** The part of esbuild's metafile that is read here. */
interface Outputs {
  readonly outputs: Readonly<
    Record<
      string,
      { readonly bytes: number; readonly imports: readonly { readonly path: string; readonly kind: string }[] }
    >
  >;
}

/** The sizes of what `tools/bundle.mjs` wrote. @param dist folder of the bundle. @throws what the file system answers without one */
export function bundleBytes(dist: string): BundleBytes {
  const { outputs } = JSON.parse(readFileSync(join(dist, 'meta.json'), 'utf8')) as Outputs;
  const programs = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.mjs'));
  const all = programs.reduce((sum, name) => sum + statSync(join(dist, name)).size, 0);
  const main = Object.keys(outputs).find((name) => name.endsWith('/dist/main.mjs'));
  const seen = new Set<string>();
  const add = (name: string): number => {
    const output = outputs[name];
    if (!output || seen.has(name)) return 0;
    seen.add(name);
    return output.imports
      .filter(({ kind }) => kind === 'import-statement')
      .reduce((sum, { path }) => sum + add(path), output.bytes);
  };
  return { start: main === undefined ? 0 : add(main), all };
}
