import { readFileSync } from 'node:fs';
import { readProperty } from './read-property.ts';

type Text = string | { base64: string };
interface CaseFile {
  documents: Record<string, Text>;
  cases: { document: string; path: string; answer: Text | null }[];
}

// Answered by gjson 1.18 itself: tools/gjson-oracle.
const table = JSON.parse(readFileSync(new URL('./testdata/gjson-cases.json', import.meta.url), 'utf8')) as CaseFile;

const encode = (text: Text): Buffer =>
  typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.base64, 'base64');
const read = (document: string, path: string, order?: Parameters<typeof readProperty>[2]): string | undefined => {
  const value = readProperty(Buffer.from(document), path, order);
  return value && Buffer.from(value).toString();
};

describe.each(Object.entries(table.documents))('paths into the document "%s"', (name, text) => {
  const document = encode(text);
  const cases = table.cases.filter((row) => row.document === name);
  test.each(cases)('$path', ({ path, answer }) => {
    const value = readProperty(document, path);
    const found = value === undefined ? null : Buffer.from(value).toString('latin1');
    expect(found).toBe(answer === null ? null : encode(answer).toString('latin1'));
  });
});

test('the table holds what it should', () => {
  expect(table.cases.length).toBeGreaterThan(900);
  expect(table.cases.every((row) => row.document in table.documents)).toBe(true);
});

describe('a property with dots', () => {
  const document = '{"a.b":"literal","a":{"b":"path"},"x":{"y":"only path"}}';
  test.each([
    ['path', 'a.b', 'path'],
    ['literalThenPath', 'a.b', 'literal'],
    ['pathThenLiteral', 'a.b', 'path'],
    ['literalThenPath', 'x.y', 'only path'],
    ['literalThenPath', 'a\\.b', 'literal'],
    ['path', 'a\\.b', 'literal'],
    ['literalThenPath', 'a.c', undefined],
  ] as const)('%s: %s', (order, property, expected) => {
    expect(read(document, property, order)).toBe(expected);
  });
});

describe('hostile paths end', () => {
  const large = JSON.stringify({ a: Array.from({ length: 50_000 }, (_, i) => ({ k: `value ${i}`, n: [i] })) });
  const deep = '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000);
  test.each([
    ['doubling', '{"a":1}', Array(60).fill('@tostr').join('|')],
    ['multiplying', '{"a":1}', Array(40).fill('{"a":@this,"b":@this}').join('|')],
    ['pipes without end', '{"a":1}', '@this|'.repeat(1300) + 'a'],
    ['deep steps', deep, 'a.'.repeat(4000) + 'a'],
    ['digging', deep, '@dig:a'],
    ['deep arrays', '['.repeat(100_000), '@flatten:{"deep":true}'],
    ['printing deep arrays', '['.repeat(100_000) + ']'.repeat(100_000), '@pretty'],
    ['too long', '{"a":1}', 'a'.repeat(9000)],
    ['nested queries', large, 'a.#(n.#(>' + '0)#|#(>'.repeat(300) + '0))#'],
    ['many passes', large, Array(200).fill('@reverse').join('|')],
  ])('%s', (_, document, path) => {
    expect(() => read(document, path)).toThrow(expect.objectContaining({ code: 'LIMIT_EXCEEDED' }) as Error);
  });

  test('a wildcard that backtracks is slow for nobody', () => {
    const key = 'a'.repeat(5000);
    expect(() => read(JSON.stringify({ [key]: 1 }), `${'a*'.repeat(2000)}b`)).not.toThrow();
    expect(read(JSON.stringify({ [key]: 1 }), 'a*'.repeat(2000))).toBe('1');
  });

  test('a large document is read within its limits', () => {
    expect(read(large, 'a.#(k="value 49999").n.0')).toBe('49999');
    expect(read(large, 'a.#.n|#')).toBe('50000');
  });
});

test('what was read does not share memory with the document', () => {
  const document = Buffer.from('{"a":"secret"}');
  const value = readProperty(document, 'a');
  document.fill(0);
  expect(Buffer.from(value!).toString()).toBe('secret');
  expect(value!.buffer.byteLength).toBe(6);
});
