import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../setup.mjs';
import { exampleProblems } from './examples.ts';
import { publishProblems } from './publishable.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'publishable-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const manifest = (directory: string, url = 'git+https://git.example.org/x.git'): string =>
  JSON.stringify({
    description: 'x',
    license: 'Apache-2.0',
    files: ['dist'],
    repository: { type: 'git', url, directory },
  });
const readme = 'line\n'.repeat(10);

test('every package of this repository that can be published has what it needs', () => {
  expect(publishProblems(root)).toEqual([]);
});

test('what a package lacks is told, and a private one lacks nothing', () => {
  write({
    'package.json': '{"workspaces":["libs/*"]}',
    'libs/a/package.json': manifest('libs/a'),
    'libs/a/README.md': readme,
    'libs/a/CHANGELOG.md': '',
    'libs/b/package.json': manifest('libs/a', 'git+https://git.example.org/y.git'),
    'libs/b/README.md': 'short\n',
    'libs/b/CHANGELOG.md': '',
    'libs/c/package.json': '{}',
    'libs/d/package.json': '{"private":true}',
  });
  expect(publishProblems(folder)).toEqual([
    'libs/b lacks a README.md of ten lines',
    'libs/b lacks the address of the others in repository',
    'libs/b lacks its own folder in repository',
    'libs/c lacks a README.md of ten lines',
    'libs/c lacks a CHANGELOG.md',
    'libs/c lacks a description',
    'libs/c lacks a license',
    'libs/c lacks files',
    'libs/c lacks a repository of type git',
    'libs/c lacks the address of the others in repository',
    'libs/c lacks its own folder in repository',
  ]);
});

test('an example that is taken from a file stands there, line by line', () => {
  write({ 'a.ts': 'if (x) {\n  call();\n  again();\n}\n' });
  const page = (code: string, path = 'a.ts'): string => `# A\n<!-- taken from ${path} -->\n\`\`\`ts\n${code}\n\`\`\`\n`;
  expect(exampleProblems(folder, 'README.md', page('call();\nagain();'))).toEqual([]);
  expect(exampleProblems(folder, 'README.md', page('again();\ncall();'))).toEqual([
    'README.md shows what does not stand in a.ts any more: again();',
  ]);
  expect(exampleProblems(folder, 'README.md', page('all();'))).toHaveLength(1);
  expect(exampleProblems(folder, 'README.md', page('call();', 'b.ts'))).toEqual([
    'README.md takes an example from b.ts, which is not there',
  ]);
});
