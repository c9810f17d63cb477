import { Fuel, FuelSpent } from '@eso/runtime';
import * as fc from 'fast-check';
import { canonicalJson, type CanonicalJsonOptions, type JsonInput } from './canonical-json.ts';
import { canonicalDocumentSync } from './json-document.ts';
import { JsonNumber } from './json-number.ts';

const written = (value: JsonInput, options?: CanonicalJsonOptions): string =>
  Buffer.from(canonicalJson(value, options)).toString();

test('keys are sorted by bytes, at every level, in maps and in objects [V1.9.1]', () => {
  // U+FF61 sorts behind an astral character in UTF-16, in front of it in UTF-8.
  const value = new Map<string, JsonInput>([
    ['b', { z: 1, a: 2 }],
    ['\u{1f600}', 3],
    ['\uff61', 4],
    ['B', 5],
    ['', 6],
  ]);
  expect(written(value)).toBe('{"":6,"B":5,"b":{"a":2,"z":1},"\uff61":4,"\u{1f600}":3}');
});

test.each<[JsonInput, string]>([
  [null, 'null'],
  [[true, false], '[true,false]'],
  [[1, 1.5, -0.25, 1e21, 1e-7, 0.000001], '[1,1.5,-0.25,1e+21,1e-7,0.000001]'],
  ['<a href="x">&</a>', '"<a href=\\"x\\">&</a>"'],
  ['\b\f\n\r\t\u0000\u001f\u007f\\/', '"\\b\\f\\n\\r\\t\\u0000\\u001f\u007f\\\\/"'],
  ['\u2028\u2029', '"\\u2028\\u2029"'],
  [
    [12345678901234567890n, new JsonNumber('1.0'), new JsonNumber('-1E+400'), -0],
    '[12345678901234567890,1.0,-1E+400,-0]',
  ],
  ['ö😀', '"ö😀"'],
  ['\ud800', '"\ufffd"'],
  [Buffer.from([0x61, 0xff, 0xe2, 0x82]), '"a\\ufffd\\ufffd\\ufffd"'],
  [new Map(), '{}'],
  [[], '[]'],
])('%p is written as Go does [V1.9.3]', (value, expected) => {
  expect(written(value)).toBe(expected);
});

test('HTML characters are escaped on demand, in keys too [V1.9.2]', () => {
  expect(written({ '<k>': 'a&b' }, { escapeHtml: true })).toBe('{"\\u003ck\\u003e":"a\\u0026b"}');
});

test.each([
  [undefined, 'a undefined cannot be written'],
  [{ a: NaN }, 'not finite'],
  [[Infinity], 'not finite'],
  [() => 1, 'a function cannot be written'],
  [nested(1_001), 'deeper than 1000 levels'],
])('%p cannot be written', (value, problem) => {
  expect(() => canonicalJson(value as JsonInput)).toThrow(problem);
});

function nested(levels: number): JsonInput {
  let value: JsonInput = [];
  for (let i = 0; i < levels; i++) value = [value];
  return value;
}

test.each(['', '1.', '01', '+1', 'NaN', '0x1', '1 ', '"1"'])('%p is no number of JSON', (text) => {
  expect(() => new JsonNumber(text)).toThrow(TypeError);
});

describe('of a document', () => {
  const canonical = (document: string | Buffer, options: CanonicalJsonOptions = {}): string =>
    Buffer.from(canonicalDocumentSync(Buffer.from(document), options, new Fuel(Infinity))).toString();

  test('numbers keep their text, keys their last value, and nothing else is left of its form', () => {
    expect(
      canonical(
        ' { "b" : 12345678901234567890 , "a" : [ 1.0 , -0 , 1E5 , "\\u0041\\/\\u2028" , true , null ] , "b" : 2.50 , "__proto__" : { } } ',
      ),
    ).toBe('{"__proto__":{},"a":[1.0,-0,1E5,"A/\\u2028",true,null],"b":2.50}');
    expect(canonical('{"a":"<"}', { escapeHtml: true })).toBe('{"a":"\\u003c"}');
  });

  test.each(['', '{', '{"a":1}x', 'NaN'])('%p is none', (document) => {
    expect(() => canonical(document)).toThrow(expect.objectContaining({ code: 'NOT_AN_OBJECT' }) as Error);
  });

  test.each([1_100, 20_000])('%i levels are too many, and the depth is said', (levels) => {
    expect(() => canonical('['.repeat(levels) + ']'.repeat(levels))).toThrow(/nested deeper than 10{3,4} levels/);
  });

  test('is paid for', () => {
    expect(() => canonicalDocumentSync(Buffer.alloc(100_000, '1'), {}, new Fuel(1_000_000))).toThrow(FuelSpent);
  });

  const keys = fc.string({ unit: 'grapheme' });
  const trees: fc.Arbitrary<JsonInput> = fc.letrec<{ tree: JsonInput }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false),
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc
        .stringMatching(/^-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?$/)
        .map((text) => new JsonNumber(text)),
      fc.array(tie('tree')),
      fc.array(fc.tuple(keys, tie('tree'))).map((entries) => new Map(entries)),
    ),
  })).tree;

  test('what is canonical stays as it is, and says the same', () => {
    fc.assert(
      fc.property(trees, fc.boolean(), (tree, escapeHtml) => {
        const once = written(tree, { escapeHtml });
        expect(canonical(once, { escapeHtml })).toBe(once);
        const loose = JSON.stringify(JSON.parse(once), null, 2);
        expect(JSON.stringify(JSON.parse(canonical(loose)))).toBe(JSON.stringify(JSON.parse(once)));
      }),
      { numRuns: 500 },
    );
  });
});
