import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../setup.mjs';
import { commentsOf } from './comments-of.ts';
import { linkProblems } from './links.ts';
import { anchorsOf, linksOf, pathsOf } from './pointers.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'links-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function problems(files: Readonly<Record<string, string>>): string[] {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return linkProblems(folder);
}

test('every pointer of this repository leads somewhere', () => {
  expect(linkProblems(root)).toEqual([]);
});

test('a link to a file or a heading that is not there is told with its line', () => {
  const page =
    'See [a](docs/a.md#first-one), [b](docs/b.md),\n[c](docs/a.md#third), [d](#none), [e](https://example.com/x).\n';
  expect(problems({ 'README.md': page, 'docs/a.md': '# A\n## First one\n' })).toEqual([
    'README.md:1 no file docs/b.md',
    'README.md:2 no heading #third in docs/a.md',
    'README.md:2 no heading #none in README.md',
  ]);
});

/** Not written out, so that this file names none that is not there. */
const NONE = ['docs', 'none.md'].join('/');

test('a file that a page names, or a comment of any language, has to be there', () => {
  const found = problems({
    'README.md': 'In `libs/a/{one,two}.ts` and `libs/*/one.ts`.\n\n```\nlibs/yours.ts\n```\n',
    'libs/a/package.json': '{}',
    'libs/a/README.md': '`src/in.ts`, `src/out.ts`\n',
    'libs/a/src/in.ts': `const path = "libs/a/none.ts"; // as ${NONE} says\n`,
    'libs/a/one.ts': '/**\n * See docs/flags.md.\n */\n',
    'tools/run.py': 'x = 1  # libs/a/one.ts\n# libs/b/one.ts\n',
    'tools/a.yaml': '# docs/<CODE>.md\n# tools/none/\n',
    'docs/a.md': '',
  });
  expect(found).toEqual([
    'README.md:1 no file libs/a/two.ts',
    'libs/a/README.md:1 no file src/out.ts',
    'libs/a/one.ts:2 no file docs/flags.md',
    'libs/a/src/in.ts:1 no file docs/none.md',
    'tools/a.yaml:2 no file tools/none/',
    'tools/run.py:2 no file libs/b/one.ts',
  ]);
});

test('a page may name what is in a provider that it makes, and in no other', () => {
  const page =
    '```sh\nnpx nx g @eso/tools:provider box\n```\n\n`apps/provider-box/src/a.ts`, `charts/provider-box`, `apps/provider-boxes`\n';
  expect(problems({ 'docs/a.md': page, 'apps/x.ts': '', 'charts/x.yaml': '' })).toEqual([
    `docs/a.md:5 no file ${['apps', 'provider-boxes'].join('/')}`,
  ]);
});

test('decisions and threats are named by numbers that have a page, and documents outside of the repository by none', () => {
  const code = ['ADR 0001, ADR 0002', 'threat model T1, threat model T3', 'as DESIGN says', 'D14', 'spec/core.md 1'];
  expect(
    problems({
      'docs/adr/0001-one.md': '# One\n',
      'docs/threat-model.md': '# Threats\n## T1 A\n',
      'libs/a.ts': code.map((line) => `// ${line}\n`).join(''),
    }),
  ).toEqual([
    'libs/a.ts:1 no ADR 0002',
    'libs/a.ts:2 no threat T3 in docs/threat-model.md',
    'libs/a.ts:3 DESIGN names no page',
    'libs/a.ts:4 D14 names no page',
    'libs/a.ts:5 spec/core.md names no page',
  ]);
});

test('pointers are read as a reader reads them', () => {
  expect(linksOf('`[a](b.md)`\n[c](d.md "title")\n\n[e]: f.md\n~~~\n[g](h.md)\n~~~\n')).toEqual([
    { line: 2, target: 'd.md' },
    { line: 4, target: 'f.md' },
  ]);
  expect([...anchorsOf('# How fast?\n## `npm run x`, and [more](y.md)\n# How fast?\n```\n# no\n```\n')]).toEqual([
    'how-fast',
    'npm-run-x-and-more',
    'how-fast-1',
  ]);
  const line = 'docs/a.md, https://x.example/docs/b.md, docs/NAME/c.md, my/docs/d.md, docs/{e,f}.';
  expect(pathsOf(line, ['docs'])).toEqual(['docs/a.md', 'docs/', 'docs/e', 'docs/f']);
  expect(commentsOf('a.ts', 'const a = "// no";\ncall(); // yes\n * in\n')).toEqual([
    { line: 2, text: 'yes' },
    { line: 3, text: ' in' },
  ]);
});
