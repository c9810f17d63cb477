// Bundles one app into one file and writes what went into it: node tools/bundle.mjs apps/<name>
//   dist/main.mjs       bounds the memory of the process, which may start it anew, and then loads the program
//   dist/program.mjs    the program
//   dist/chunks/        what it loads only when it needs it: reading a kubeconfig, which a pod never does
//   dist/worker.mjs     the program of its worker threads, where the app has src/worker.ts
//   dist/meta.json      esbuild's metafile, which tools/check reads to prove the arrows of the house; meta-worker.json likewise
import { build } from 'esbuild';
import { isBuiltin } from 'node:module';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { bundleBytes } from './providers/bundle-bytes.ts';
import { root } from './setup.mjs';

const [project] = process.argv.slice(2);
if (!project) {
  console.error('usage: node tools/bundle.mjs apps/<name>');
  process.exit(2);
}
const out = resolve(root, project, 'dist');
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
/** Namespace of Node's own modules in the bundler. */
const BUILTIN = 'node-builtin';
/**
 * Node's own modules are required: an import of one reads every property that it exports, and those of `node:http`, `node:crypto` and
 * `node:tls` that nobody here uses load a whole HTTP client, WebCrypto and the list of authorities compiled into Node.
 * @type {import('esbuild').Plugin}
 */
const requireBuiltins = {
  name: 'require-builtins',
  setup(bundler) {
    const namespace = BUILTIN;
    bundler.onResolve({ filter: /.*/ }, ({ path, kind, namespace: from }) =>
      isBuiltin(path) && from !== namespace && kind !== 'require-call' ? { path, namespace } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)})`,
    }));
  },
};
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
  plugins: [requireBuiltins],
  logLevel: 'warning',
};
const result = await build({
  ...common,
  entryPoints: [
    { in: join('libs', 'runtime', 'src', 'bundle-main.ts'), out: 'main' },
    { in: join(project, 'src', 'main.ts'), out: 'program' },
  ],
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  metafile: true,
});
writeMetafile('meta.json', result.metafile);
// A bundle of its own: a worker starts with each piece of long work, and what the program needs would only delay it.
if (existsSync(join(root, project, 'src', 'worker.ts'))) {
  const worker = await build({ ...common, entryPoints: [join(project, 'src', 'worker.ts')], metafile: true });
  writeMetafile('meta-worker.json', worker.metafile);
}
const { start, all } = bundleBytes(out);
console.log(`${project}: ${(start / 1024).toFixed(0)} KiB at its start, ${(all / 1024).toFixed(0)} KiB in all`);

/**
 * Node's own modules are no input of a bundle.
 * @param {string} name
 * @param {import('esbuild').Metafile} metafile
 */
function writeMetafile(name, { inputs, outputs }) {
  const own = Object.entries(inputs).filter(([path]) => !path.startsWith(`${BUILTIN}:`));
  writeFileSync(join(out, name), JSON.stringify({ inputs: Object.fromEntries(own), outputs }));
}
