import { importsOf } from './imports-of.ts';

const told = (text: string, path = 'a.ts') =>
  importsOf(path, text).map(({ specifier, kind }) => `${kind} ${specifier}`);

test.each([
  ["import { a } from './a.ts';", 'value ./a.ts'],
  ["import a from './a.ts';", 'value ./a.ts'],
  ["import * as a from './a.ts';", 'value ./a.ts'],
  ["import './a.ts';", 'value ./a.ts'],
  ["import json from './a.json' with { type: 'json' };", 'value ./a.json'],
  ["import { a, type B } from './a.ts';", 'value ./a.ts'],
  ["import { type B } from './a.ts';", 'value ./a.ts'],
  ["import type { B } from './a.ts';", 'type ./a.ts'],
  ["import type B from './a.ts';", 'type ./a.ts'],
  ["import type * as b from './a.ts';", 'type ./a.ts'],
  ["export * from './a.ts';", 'value ./a.ts'],
  ["export { a } from './a.ts';", 'value ./a.ts'],
  ["export type { B } from './a.ts';", 'type ./a.ts'],
  ["export type * from './a.ts';", 'type ./a.ts'],
  ["const a = async () => (await import('./a.ts')).a;", 'value ./a.ts'],
  ["let b: import('./a.ts').B;", 'type ./a.ts'],
  ["let a: typeof import('./a.ts');", 'type ./a.ts'],
])('%s', (text, expected) => {
  expect(told(text)).toEqual([expected]);
});

test('types named in JSDoc count in JavaScript, where they are the types', () => {
  const text =
    "/** @param {import('./b.mjs').B} b */\nexport const a = (b) => b;\n/** @import { C } from './c.mjs' */\n";
  expect(told(text, 'a.mjs')).toEqual(['type ./b.mjs', 'type ./c.mjs']);
});

test('what only looks like an import is none: text, comments, a computed path', () => {
  const text = "// import './a.ts'\nconst text = \"import './a.ts'\";\nconst load = (path: string) => import(path);\n";
  expect(told(text)).toEqual([]);
});

test('each has its line, and a specifier that comes twice comes twice', () => {
  const text = "import { a } from './a.ts';\n\nimport type { B } from './a.ts';\n";
  expect(importsOf('x.ts', text)).toEqual([
    { specifier: './a.ts', kind: 'value', line: 1 },
    { specifier: './a.ts', kind: 'type', line: 3 },
  ]);
});
