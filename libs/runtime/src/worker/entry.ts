import { existsSync } from 'node:fs';

/**
 * Where the program of a worker is: under its own name beside the file that asks (as source, or built), otherwise in
 * `worker.mjs` beside the bundle that the file has become a part of.
 * @param near `import.meta.url` of the file that asks
 * @param name of the program's file, without extension
 * @returns undefined when there is none
 */
export function workerEntry(near: string, name: string): URL | undefined {
  const files = [`./${name}.ts`, `./${name}.js`, './worker.mjs', '../worker.mjs'];
  return files.map((file) => new URL(file, near)).find((url) => existsSync(url));
}
