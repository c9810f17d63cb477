import { applied, mutantsOf, parses } from './operators.ts';

const after = (text: string): string[] =>
  mutantsOf('a.ts', text).map((mutant) => `${mutant.operator}: ${applied(mutant, text).trim()}`);

test.each<[string, string[]]>([
  ['f(a < b);', ['dropped call: ;', 'flipped operator: f(a <= b);']],
  [
    'const x = a === b && c;',
    ['flipped operator: const x = a !== b && c;', 'flipped operator: const x = a === b || c;'],
  ],
  [
    'function f() { if (a) return; g(); }',
    [
      'dropped guard: function f() { ; g(); }',
      'negated condition: function f() { if (!(a)) return; g(); }',
      'dropped call: function f() { if (a) return; ; }',
    ],
  ],
  ['const x = a ? b : c;', ['swapped branches: const x = a ? c : b;']],
  ['const x = a ?? b;', ['default always: const x = (b);']],
  [
    'const t = make({ secret, min: 3 });',
    [
      'dropped option: const t = make({  min: 3 });',
      'dropped option: const t = make({ secret,  });',
      'number: const t = make({ secret, min: 4 });',
    ],
  ],
  ['const x = 30_000;', ['number: const x = 0;']],
  ['const x = true;', ['boolean: const x = false;']],
  [
    "const x = [new E('NOT_FOUND'), new E('TOO_LARGE')];",
    [
      "swapped code: const x = [new E('TOO_LARGE'), new E('TOO_LARGE')];",
      "swapped code: const x = [new E('NOT_FOUND'), new E('NOT_FOUND')];",
    ],
  ],
  ['this.#options.logger.info(text);', []],
  ['type T = 1 | 2; interface I { a: true }', []],
])('%s', (text, expected) => {
  expect(after(text)).toEqual(expected);
});

test('what does not parse is no mutant', () => {
  expect(parses('a.ts', 'const x = 1;')).toBe(true);
  expect(parses('a.ts', 'const x = ;')).toBe(false);
});
