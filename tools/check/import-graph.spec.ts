import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { circles, importGraph, packageEdges } from './import-graph.ts';

const LOW = {
  name: '@x/low',
  exports: { '.': { '@eso/source': './src/index.ts', default: './dist/index.js' }, './*.mjs': './*.mjs' },
};

/** The graph of a workspace with these files. */
function graphOf(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(tmpdir(), 'import-graph-'));
  const all = {
    'package.json': JSON.stringify({ workspaces: ['libs/*', 'tools', 'tools/inner'] }),
    'libs/low/package.json': JSON.stringify(LOW),
    'libs/high/package.json': JSON.stringify({ name: '@x/high' }),
    'tools/package.json': '{}',
    'tools/inner/package.json': '{}',
    ...files,
  };
  try {
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    return importGraph(root);
  } finally {
    rmSync(root, { recursive: true });
  }
}

const edgesOf = (files: Readonly<Record<string, string>>) =>
  graphOf(files).edges.map(({ from, to, kind }) => `${from} ${kind} ${to}`);

test('sources of every package, no declarations, nothing built or installed; an inner package is its own', () => {
  const { modules } = graphOf({
    'libs/low/src/a.ts': '',
    'libs/low/src/a.spec.ts': '',
    'libs/low/src/testing/b.ts': '',
    'libs/low/src/c.d.ts': '',
    'libs/low/dist/a.js': '',
    'libs/low/node_modules/z/z.js': '',
    'libs/no-package/a.ts': '',
    'tools/inner/d.mjs': '',
    'tools/e.ts': '',
  });
  expect(modules).toEqual([
    { path: 'libs/low/src/a.spec.ts', package: 'libs/low', test: true },
    { path: 'libs/low/src/a.ts', package: 'libs/low', test: false },
    { path: 'libs/low/src/testing/b.ts', package: 'libs/low', test: true },
    { path: 'tools/e.ts', package: 'tools', test: false },
    { path: 'tools/inner/d.mjs', package: 'tools/inner', test: false },
  ]);
});

test('imports lead by path and by the exports of a package; a pair is named once, by value where it is both', () => {
  const edges = edgesOf({
    'libs/low/src/index.ts': '',
    'libs/low/extra.mjs': '',
    'libs/high/src/a.ts': "import type { A } from '@x/low';\nimport { b } from '@x/low';\nimport '@x/low/extra.mjs';",
    'libs/high/src/deep/b.ts': "import type { A } from '../a.ts';\nimport type { B } from '../a.ts';",
    'libs/high/src/c.ts': "import 'node:fs';\nimport 'left-pad';\nimport '@x/low/none';\nimport './gone.ts';",
  });
  expect(edges).toEqual([
    'libs/high/src/a.ts value libs/low/extra.mjs',
    'libs/high/src/a.ts value libs/low/src/index.ts',
    'libs/high/src/deep/b.ts type libs/high/src/a.ts',
  ]);
});

test('a circle of types is one, and is told apart from a circle of values', () => {
  const graph = graphOf({
    'libs/low/src/a.ts': "import type { B } from './b.ts';",
    'libs/low/src/b.ts': "import { a } from './a.ts';",
    'libs/low/src/c.ts': "import { d } from './d.ts';\nimport type { A } from './a.ts';",
    'libs/low/src/d.ts': "export * from './e.ts';",
    'libs/low/src/e.ts': "const c = () => import('./c.ts');",
  });
  const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map((name) => `libs/low/src/${name}.ts`);
  expect(circles(graph)).toEqual([
    { kind: 'type', members: [a, b], path: [a, b, a] },
    { kind: 'value', members: [c, d, e], path: [c, d, e, c] },
  ]);
});

test('a circle through two packages is one too', () => {
  const graph = graphOf({
    'libs/low/src/index.ts': "import type { A } from '../../high/a.ts';",
    'libs/high/a.ts': "import '@x/low';",
  });
  expect(circles(graph).map(({ members }) => members)).toEqual([['libs/high/a.ts', 'libs/low/src/index.ts']]);
});

test('arrows between packages have the imports behind them, and are those of programs unless tests are asked for', () => {
  const graph = graphOf({
    'libs/low/src/index.ts': '',
    'libs/high/a.ts': "import type { A } from '@x/low';",
    'libs/high/b.ts': "import './a.ts';",
    'libs/high/b.spec.ts': "import { a } from '@x/low';",
  });
  const told = (options?: { tests: boolean }) =>
    packageEdges(graph, options).map(({ from, to, kind, edges }) => `${from} ${kind} ${to} ${edges.length}`);
  expect(told()).toEqual(['libs/high type libs/low 1']);
  expect(told({ tests: true })).toEqual(['libs/high value libs/low 2']);
});
