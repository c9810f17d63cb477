import ts from 'typescript';
import { functionsIn } from './functions-of.ts';

test('functions of every form have a name, a first line, and their length without the comment before them', () => {
  const text = `
/**
 * Not counted.
 */
function outer() {
  return () => {
    work();
  };
}
class Pool {
  constructor() {}
  get size() { return 1; }
  acquire = () => {
    return 1;
  };
}
declare function bodiless(): void;
const free = function () {};
`;
  expect(functionsIn(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest, true))).toEqual([
    { name: 'outer', line: 5, lines: 5 },
    { name: 'a function', line: 6, lines: 3 },
    { name: 'Pool.constructor', line: 11, lines: 1 },
    { name: 'Pool.size', line: 12, lines: 1 },
    { name: 'Pool.acquire', line: 13, lines: 3 },
    { name: 'free', line: 18, lines: 1 },
  ]);
});
