import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from '../setup.mjs';
import { architectureProblems, drawArchitecture, PAGE, withPicture } from './architecture.ts';
import { importGraph } from './import-graph.ts';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'architecture-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const MARKS =
  '<!-- drawn by tools/check/architecture.ts: begin -->\n<!-- drawn by tools/check/architecture.ts: end -->';

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** A workspace of packages by what the source of each imports. */
function workspace(sources: Readonly<Record<string, string>>): void {
  write({ 'package.json': '{"workspaces":["libs/*","apps/*"]}', [PAGE]: `# The house\n\n${MARKS}\n\nThe end.\n` });
  for (const [path, text] of Object.entries(sources)) {
    const exports = { '.': { '@eso/source': './src/index.ts' } };
    write({
      [`${path}/package.json`]: JSON.stringify({ name: `@x/${path.split('/')[1] ?? ''}`, exports }),
      [`${path}/src/index.ts`]: text,
    });
  }
}

test('the picture in the page of this repository is what its imports say', () => {
  expect(architectureProblems(root)).toEqual([]);
});

test('an arrow that others imply is in the table alone, and imports of types are drawn apart', () => {
  workspace({
    'apps/main': "import '@x/high';\nimport '@x/low';\n",
    'libs/high': "import '@x/low';\nimport type { T } from '@x/words';\n",
    'libs/low': '',
    'libs/words': '',
  });
  write({ 'libs/low/src/low.spec.ts': "import '@x/words';\n" });
  expect(drawArchitecture(importGraph(folder)).split('\n')).toEqual([
    '```mermaid',
    'flowchart TD',
    '  apps_main[apps/main]',
    '  libs_high[libs/high]',
    '  libs_low[libs/low]',
    '  libs_words[libs/words]',
    '  apps_main --> libs_high',
    '  libs_high --> libs_low',
    '  libs_high -.-> libs_words',
    '```',
    '',
    '| Package | imports (*types only*) |',
    '| --- | --- |',
    '| apps/main | libs/high, libs/low |',
    '| libs/high | libs/low, *libs/words* |',
    '| libs/low | – |',
    '| libs/words | – |',
  ]);
});

test('an import that the page does not show is told, and drawing it anew mends the page and leaves the rest of it', () => {
  workspace({ 'apps/main': '', 'libs/low': '' });
  const draw = (): void => {
    const page = readFileSync(join(folder, PAGE), 'utf8');
    write({ [PAGE]: withPicture(page, drawArchitecture(importGraph(folder))) });
  };
  draw();
  expect(architectureProblems(folder)).toEqual([]);
  write({ 'apps/main/src/index.ts': "import '@x/low';\n" });
  expect(architectureProblems(folder).slice(0, 3)).toEqual([
    `${PAGE} lacks "apps_main --> libs_low"`,
    `${PAGE} lacks "| apps/main | libs/low |"`,
    `${PAGE} has "| apps/main | – |"`,
  ]);
  draw();
  expect(architectureProblems(folder)).toEqual([]);
  expect(readFileSync(join(folder, PAGE), 'utf8')).toMatch(/^# The house\n[^]*\nThe end\.\n$/);
});

test('a page without the marks is an error that names them', () => {
  expect(() => withPicture('# The house\n', '')).toThrow(/lacks the lines .* begin -->/);
});
