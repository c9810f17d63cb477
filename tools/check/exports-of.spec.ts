import ts from 'typescript';
import { exportsIn } from './exports-of.ts';

const read = (text: string) => exportsIn(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true));

test('every form of declaration is found, with its line and whether a comment says what it is', () => {
  const found = read(`
/** A pool. */
export class Pool {}
export interface Options { readonly size: number }
// Not a comment that an editor shows.
export type Size = number;
/** Two of them. */
export const [first, { second }] = pair();
export abstract class Base {}
function inner() {}
/** Known under another name outside. */
const local = 1;
export { local as outside };
export default inner;
`);
  expect(found).toEqual([
    { name: 'Pool', line: 3, documented: true },
    { name: 'Options', line: 4, documented: false },
    { name: 'Size', line: 6, documented: false },
    { name: 'first', line: 8, documented: true },
    { name: 'second', line: 8, documented: true },
    { name: 'Base', line: 9, documented: false },
    { name: 'outside', line: 12, documented: true },
  ]);
});

test('what is passed on from another module is not declared here', () => {
  expect(read(`export { a } from './a.ts'; export * from './b.ts'; export type { C } from './c.ts';`)).toEqual([]);
});

test('overloads, and an interface beside a constant, are one export, documented where one of them is', () => {
  const found = read(`
export interface Kind {}
/** The kinds. */
export const Kind = {};
/** Reads. */
export function read(a: string): string;
export function read(a: number): number;
export function read(a: unknown) { return a; }
`);
  expect(found).toEqual([
    { name: 'Kind', line: 2, documented: true },
    { name: 'read', line: 6, documented: true },
  ]);
});
