import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { root } from '../setup.mjs';

/** A start of eslint with its type checker, on a machine that does other things. */
const ESLINT_MS = 120_000;

let workspace: string;

beforeAll(() => {
  workspace = realpathSync(mkdtempSync(join(tmpdir(), 'circle-')));
});

afterAll(() => rmSync(workspace, { recursive: true }));

function plant(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
}

/** What the repository's own configuration says of circles in the planted workspace: `path:line message`. */
async function circlesFound(): Promise<string[]> {
  // Plugins write warnings to standard output.
  const answer = join(workspace, 'answer.json');
  const eslint = join(root, 'node_modules', 'eslint', 'bin', 'eslint.js');
  const config = join(root, 'eslint.config.mjs');
  const args = [eslint, '--no-config-lookup', '--config', config, '--format', 'json', '--output-file', answer, 'libs'];
  const output = await new Promise<string>((resolve) =>
    execFile(process.execPath, args, { cwd: workspace }, (_, stdout, stderr) => resolve(stdout + stderr)),
  );
  if (!existsSync(answer)) throw new Error(output);
  const results = JSON.parse(readFileSync(answer, 'utf8')) as readonly Result[];
  return results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ ruleId }) => ruleId === '@eso/no-import-circle')
      .map(({ line, message }) => `${relative(workspace, filePath)}:${line} ${message.replace(/\. Move .*/, '')}`),
  );
}

interface Result {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string; readonly line: number; readonly message: string }[];
}

test(
  'the linter refuses circles of values, of types, of JSDoc and through a package, where each import stands',
  async () => {
    const compilerOptions = {
      module: 'nodenext', allowJs: true, checkJs: true, allowImportingTsExtensions: true, noEmit: true, types: [],
      paths: { '@x/low': ['../low/src/index.ts'] },
    }; // prettier-ignore
    const tsconfig = JSON.stringify({ compilerOptions, include: ['src'] });
    const exports = { '.': { '@eso/source': './src/index.ts' } };
    plant({
      'package.json': JSON.stringify({ type: 'module', workspaces: ['libs/*'] }),
      'libs/low/package.json': JSON.stringify({ name: '@x/low', type: 'module', exports }),
      'libs/low/tsconfig.json': tsconfig,
      'libs/low/src/index.ts': "export type { High } from '../../high/src/high.ts';\n",
      'libs/high/package.json': JSON.stringify({ name: '@x/high', type: 'module' }),
      'libs/high/tsconfig.json': tsconfig,
      'libs/high/src/high.ts': "import type { High as Other } from '@x/low';\nexport type High = Other | 1;\n",
      'libs/high/src/value-a.ts': "import { b } from './value-b.ts';\nexport const a = (): number => b();\n",
      'libs/high/src/value-b.ts': "\nimport { c } from './value-c.ts';\nexport const b = (): number => c();\n",
      'libs/high/src/value-c.ts': "import { a } from './value-a.ts';\nexport const c = (): number => a();\n",
      'libs/high/src/type-a.ts': "import type { B } from './type-b.ts';\nexport interface A { b?: B }\n",
      'libs/high/src/type-b.ts': "export interface B { a?: import('./type-a.ts').A }\n",
      'libs/high/src/doc-a.mjs': "/** @typedef {import('./doc-b.mjs').B} A */\nexport {};\n",
      'libs/high/src/doc-b.mjs': "/** @typedef {import('./doc-a.mjs').A[]} B */\nexport {};\n",
      'libs/high/src/uses.ts': "import { a } from './value-a.ts';\nexport const used = a;\n",
    });
    expect((await circlesFound()).sort()).toEqual([
      'libs/high/src/doc-a.mjs:1 Import circle: libs/high/src/doc-a.mjs → libs/high/src/doc-b.mjs → libs/high/src/doc-a.mjs',
      'libs/high/src/doc-b.mjs:1 Import circle: libs/high/src/doc-b.mjs → libs/high/src/doc-a.mjs → libs/high/src/doc-b.mjs',
      'libs/high/src/high.ts:1 Import circle: libs/high/src/high.ts → libs/low/src/index.ts → libs/high/src/high.ts',
      'libs/high/src/type-a.ts:1 Import circle: libs/high/src/type-a.ts → libs/high/src/type-b.ts → libs/high/src/type-a.ts',
      'libs/high/src/type-b.ts:1 Import circle: libs/high/src/type-b.ts → libs/high/src/type-a.ts → libs/high/src/type-b.ts',
      'libs/high/src/value-a.ts:1 Import circle: libs/high/src/value-a.ts → libs/high/src/value-b.ts → libs/high/src/value-c.ts → libs/high/src/value-a.ts',
      'libs/high/src/value-b.ts:2 Import circle: libs/high/src/value-b.ts → libs/high/src/value-c.ts → libs/high/src/value-a.ts → libs/high/src/value-b.ts',
      'libs/high/src/value-c.ts:1 Import circle: libs/high/src/value-c.ts → libs/high/src/value-a.ts → libs/high/src/value-b.ts → libs/high/src/value-c.ts',
      'libs/low/src/index.ts:1 Import circle: libs/low/src/index.ts → libs/high/src/high.ts → libs/low/src/index.ts',
    ]);
  },
  ESLINT_MS,
);
