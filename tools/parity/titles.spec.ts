import ts from 'typescript';
import { titlesIn } from './titles.ts';

const read = (text: string): object[] => titlesIn(ts.createSourceFile('a.spec.ts', text, ts.ScriptTarget.Latest, true));

test.each<[string, string, readonly string[]]>([
  ['a test', `test('a window [1.18.3]', () => {});`, ['1.18.3']],
  ['several ids', `it('a window [1.18.3] [8.52]', () => {});`, ['1.18.3', '8.52']],
  ['a section with a letter', `test('a ConfigMap [1.13b.4]', () => {});`, ['1.13b.4']],
  ['a section of the proofs of concept', `test('who [P2.6.1]', () => {});`, ['P2.6.1']],
  ['a block', `describe('windows [1.18.3]', () => {});`, ['1.18.3']],
  ['a title that is a template', 'test(`${kind}: a window [1.18.3]`, () => {});', ['1.18.3']],
  ['the title of a table', `test.each([['a']])('%s [1.18.3]', () => {});`, ['1.18.3']],
  ['a row of a table', `test.each([['a [1.18.3]', 1]])('%s', () => {});`, ['1.18.3']],
  ['a row of a table in a constant', `const T = [['a [1.18.3]']];\ntest.each(T)('%s', () => {});`, ['1.18.3']],
  [
    'a table made of constants',
    `const IDS = { a: '[1.18.3]' };\nconst T = ['a'];\ntest.each(T.map((t) => [t, IDS[t]]))('%s %s', () => {});`,
    ['1.18.3'],
  ],
  ['a column of a table', `test.each([['a', '1.18.3']])('%s [%s]', () => {});`, ['1.18.3']],
  ['a named column of a table', "test.each([{ a: 'a', id: '1.18.3' }])('$a [$id]', () => {});", ['1.18.3']],
  ['a typed table', `test.each<[string]>([['a [1.18.3]']])('%s', () => {});`, ['1.18.3']],
])('ids are found in %s', (_, text, ids) => {
  expect(read(text)).toMatchObject([{ ids, skipped: false }]);
});

test.each([
  ['a number in brackets that is no id', `test('a[0] and [1] and [10:12]', () => {});`],
  ['a text that is no title', `test('a', () => expect(x).toBe('[1.18.3]'));`],
  ['a comment', `// [1.18.3]\ntest('a', () => {});`],
  ['a call that is no test', `log('[1.18.3]');`],
])('no id is found in %s', (_, text) => {
  expect(read(text)).toEqual([]);
});

test.each([
  `test.skip('a [1.18.3]', () => {});`,
  `test.todo('a [1.18.3]');`,
  `xtest('a [1.18.3]', () => {});`,
  `test.skip.each([['a [1.18.3]']])('%s', () => {});`,
  `describe.skip('block', () => { test('a [1.18.3]', () => {}); });`,
])('what is written as skipped is known as such: %s', (text) => {
  expect(read(text)).toMatchObject([{ ids: ['1.18.3'], skipped: true }]);
});
