// Builds one library for publishing: node tools/build-lib.mjs libs/<name> writes JavaScript and declarations to dist/.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const [project] = process.argv.slice(2);
if (!project) {
  console.error('usage: node tools/build-lib.mjs libs/<name>');
  process.exit(2);
}
const out = join(root, project, 'dist');
rmSync(out, { recursive: true, force: true });
const tsc = spawnSync(
  process.execPath,
  ['node_modules/typescript7/bin/tsc', '-p', join(project, 'tsconfig.build.json')],
  { cwd: root, stdio: 'inherit' },
);
if (tsc.status !== 0) process.exit(tsc.status ?? 1);
const generated = join(root, project, 'src', 'gen');
if (existsSync(generated)) cpSync(generated, join(out, 'gen'), { recursive: true });
