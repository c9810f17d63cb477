// Bundles one app into one file and writes what went into it: node tools/bundle.mjs apps/<name>
//   dist/main.mjs       the program
//   dist/meta.json      esbuild's metafile, which tools/check reads to prove the arrows of the house
import { build } from 'esbuild';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { root } from './setup.mjs';

const [project] = process.argv.slice(2);
if (!project) {
  console.error('usage: node tools/bundle.mjs apps/<name>');
  process.exit(2);
}
const out = resolve(root, project, 'dist');
mkdirSync(out, { recursive: true });
const result = await build({
  absWorkingDir: root,
  entryPoints: [join(project, 'src', 'main.ts')],
  outfile: join(out, 'main.mjs'),
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node22',
  conditions: ['@eso/source'],
  minifySyntax: true,
  keepNames: true,
  sourcemap: 'linked',
  metafile: true,
  legalComments: 'linked',
  // CommonJS packages inside an ES module bundle still call require.
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
writeFileSync(join(out, 'meta.json'), JSON.stringify(result.metafile));
const bytes = result.metafile.outputs[`${project}/dist/main.mjs`]?.bytes ?? 0;
console.log(`${project}: ${(bytes / 1024).toFixed(0)} KiB from ${Object.keys(result.metafile.inputs).length} files`);
