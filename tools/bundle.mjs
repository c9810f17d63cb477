// Bundles one app into one file and writes what went into it: node tools/bundle.mjs apps/<name>
//   dist/main.mjs       the program
//   dist/chunks/        what it loads only when it needs it: reading a kubeconfig, which a pod never does
//   dist/worker.mjs     the program of its worker threads, where the app has src/worker.ts
//   dist/meta.json      esbuild's metafile, which tools/check reads to prove the arrows of the house; meta-worker.json likewise
import { build } from 'esbuild';
import { existsSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './setup.mjs';

const [project] = process.argv.slice(2);
if (!project) {
  console.error('usage: node tools/bundle.mjs apps/<name>');
  process.exit(2);
}
const out = resolve(root, project, 'dist');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  outdir: out,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  conditions: ['@eso/source'],
  minifySyntax: true,
  sourcemap: 'linked',
  legalComments: 'linked',
  // CommonJS packages inside an ES module bundle still call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
};
const result = await build({
  ...common,
  entryPoints: [join(project, 'src', 'main.ts')],
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  metafile: true,
});
writeFileSync(join(out, 'meta.json'), JSON.stringify(result.metafile));
// A bundle of its own: a worker starts with each piece of long work, and what the program needs would only delay it.
if (existsSync(join(root, project, 'src', 'worker.ts'))) {
  const worker = await build({ ...common, entryPoints: [join(project, 'src', 'worker.ts')], metafile: true });
  writeFileSync(join(out, 'meta-worker.json'), JSON.stringify(worker.metafile));
}
const { size } = statSync(join(out, 'main.mjs'));
const inputs = Object.keys(result.metafile.inputs).length;
console.log(`${project}: ${(size / 1024).toFixed(0)} KiB without what is loaded on demand, from ${inputs} files`);
