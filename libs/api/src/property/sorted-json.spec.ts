import { type JsonInput, sortedJson, type SortedJsonOptions } from './sorted-json.ts';

const written = (value: JsonInput, options?: SortedJsonOptions): string =>
  Buffer.from(sortedJson(value, options)).toString();

test('keys are sorted by bytes, at every level, in maps and in objects', () => {
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
  ['ö😀', '"ö😀"'],
  ['\ud800', '"\ufffd"'],
  [Buffer.from([0x61, 0xff, 0xe2, 0x82]), '"a\\ufffd\\ufffd\\ufffd"'],
  [new Map(), '{}'],
  [[], '[]'],
])('%p is written as Go does', (value, expected) => {
  expect(written(value)).toBe(expected);
});

test('HTML characters are escaped on demand, in keys too', () => {
  expect(written({ '<k>': 'a&b' }, { escapeHtml: true })).toBe('{"\\u003ck\\u003e":"a\\u0026b"}');
});
