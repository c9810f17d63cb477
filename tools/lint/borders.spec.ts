import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyWorkspace } from '@eso/testing';

/** A start of eslint with its type checker, on a machine that does other things. */
const ESLINT_MS = 120_000;

let copy: string;
beforeAll(() => (copy = copyWorkspace()), ESLINT_MS);
afterAll(() => rmSync(copy, { recursive: true }));

/** Adds an app that nothing but its own folder knows of. */
function plant(app: string, tags: readonly string[], dependencies: readonly string[], main: string): void {
  const folder = join(copy, 'apps', app);
  mkdirSync(join(folder, 'src'), { recursive: true });
  cpSync(join(copy, 'apps', 'provider-fake', 'tsconfig.json'), join(folder, 'tsconfig.json'));
  const named = Object.fromEntries(dependencies.map((name) => [name, '0.1.0']));
  const manifest = { name: `@eso/${app}`, version: '0.1.0', private: true, type: 'module', dependencies: named };
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, nx: { tags, targets: { lint: {} } } }));
  writeFileSync(join(folder, 'src', 'main.ts'), main);
}

/** What eslint, started by hand and not by Nx, says of borders: `path:line message`. */
async function borderProblems(...paths: string[]): Promise<string[]> {
  // Plugins write warnings to standard output.
  const answer = join(copy, 'answer.json');
  const args = [join(copy, 'node_modules', 'eslint', 'bin', 'eslint.js'), '--format', 'json', '--output-file', answer];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('NX_')));
  await new Promise((resolve) => execFile(process.execPath, [...args, ...paths], { cwd: copy, env }, resolve));
  const results = JSON.parse(readFileSync(answer, 'utf8')) as readonly {
    readonly filePath: string;
    readonly messages: readonly { readonly ruleId: string; readonly line: number; readonly message: string }[];
  }[];
  return results.flatMap(({ filePath, messages }) =>
    messages
      .filter(({ ruleId }) => ruleId === '@nx/enforce-module-boundaries')
      .map(({ line, message }) => `${filePath.slice(copy.length + 1)}:${line} ${message}`),
  );
}

test(
  'eslint alone refuses what the kind of a new app, or its own package.json, does not let it import',
  async () => {
    const imports = "import '@eso/api/server';\nimport '@eso/client';\n";
    plant('planted-provider', ['layer:app', 'app:provider'], ['@eso/api', '@eso/client'], imports);
    plant('planted-tool', ['layer:app', 'app:planted-tool'], ['@eso/api'], imports);
    expect(await borderProblems('apps/planted-provider', 'apps/planted-tool')).toEqual([
      'apps/planted-provider/src/main.ts:2 A project tagged with "app:provider" can only depend on libs tagged with "layer:api"',
      'apps/planted-tool/src/main.ts:2 A project tagged with "app:planted-tool" can only depend on libs tagged with "layer:api"',
    ]);
  },
  ESLINT_MS,
);
