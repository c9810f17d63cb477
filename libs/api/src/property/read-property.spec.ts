import { readFileSync } from 'node:fs';
import { Fuel, FuelSpent } from '@eso/runtime';
import { type PropertyOrder, readPropertySync as readWith } from './read-property.ts';

type Text = string | { base64: string };
interface CaseFile {
  documents: Record<string, Text>;
  cases: { document: string; path: string; answer: Text | null }[];
}

// Answered by gjson 1.18 itself: tools/json-oracle/gjson.
const table = JSON.parse(readFileSync(new URL('./testdata/gjson-cases.json', import.meta.url), 'utf8')) as CaseFile;

const readProperty = (document: Uint8Array, path: string, order: PropertyOrder = 'path', fuel = new Fuel(Infinity)) =>
  readWith(document, path, order, fuel);
const encode = (text: Text): Buffer =>
  typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.base64, 'base64');
const read = (document: string, path: string, order?: PropertyOrder): string | undefined => {
  const value = readProperty(Buffer.from(document), path, order);
  return value && Buffer.from(value).toString();
};

describe.each(Object.entries(table.documents))('paths into the document "%s" [V1.11.1]', (name, text) => {
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
  ] as const)('%s: %s [V1.11.2]', (order, property, expected) => {
    expect(read(document, property, order)).toBe(expected);
  });
});

describe('hostile paths end [V1.11.3]', () => {
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
    ['many modifiers', '{"a":1}', Array(65).fill('@this').join('|')],
    ['grouping under a long key', `{"${'k'.repeat(500_000)}":[${'1,'.repeat(1000)}1]}`, '@group'],
    [
      'indenting far',
      '['.repeat(390) + '1'.repeat(10) + ']'.repeat(390),
      `@pretty:{"width":0,"indent":"${' '.repeat(8000)}"}`,
    ],
    ['a long operand for each element', `[${'1,'.repeat(20_000)}1]`, `#(>${'0'.repeat(8000)})#`],
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

describe('work is paid for', () => {
  const cost = (document: string, path: string): number => {
    const fuel = new Fuel(Infinity);
    readWith(Buffer.from(document), path, 'path', fuel);
    return fuel.spent;
  };

  test('an ordinary path into a document of 1 MiB stays on the main thread', () => {
    const document = JSON.stringify({ a: { x: 'v'.repeat(1024 * 1024) }, b: { c: [1, { d: 'found' }] } });
    expect(cost(document, 'b.c.1.d')).toBeLessThan(10_000_000);
    expect(read(document, 'b.c.1.d')).toBe('found');
  });

  test.each([
    ['values', (n: number) => `[${'1,'.repeat(n)}1]`, '#(>2)#'],
    ['bytes', (n: number) => JSON.stringify({ a: 'v'.repeat(n), b: 1 }), 'b'],
    ['a modifier', (n: number) => JSON.stringify({ a: '"'.repeat(n) }), '@tostr'],
    ['members', (n: number) => `{${Array.from({ length: n }, (_, i) => `"${i}":1`).join(',')}}`, '@reverse'],
  ])('by %s', (_, documentOf, path) => {
    expect(cost(documentOf(20_000), path) / cost(documentOf(10_000), path)).toBeCloseTo(2, 0);
  });

  test.each([
    ['@tostr|'.repeat(60) + '@this', '{"a":1}'],
    ['#(n.#(>0)#|#(>0))#', JSON.stringify(Array.from({ length: 20_000 }, (_, i) => ({ n: [i, i] })))],
    ['@dig:a', '{"b":'.repeat(300) + '1' + '}'.repeat(300)],
    ['{a*,"b":a*,"c":*a*,"d":[a*,a*]}', JSON.stringify({ ['a'.repeat(20_000)]: 'a'.repeat(20_000) })],
  ])('%s ends with the fuel', (path, document) => {
    expect(() => readWith(Buffer.from(document), path, 'path', new Fuel(1_000_000))).toThrow(FuelSpent);
  });
});

test('what was read does not share memory with the document', () => {
  const document = Buffer.from('{"a":"secret"}');
  const value = readProperty(document, 'a');
  document.fill(0);
  expect(Buffer.from(value!).toString()).toBe('secret');
  expect(value!.buffer.byteLength).toBe(6);
});
