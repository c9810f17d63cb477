import { Fuel, FuelSpent } from '@eso/runtime';
import { jsonObjectToMap, type ValueForm } from './object-to-map.ts';

const mapOf = (document: string | Buffer, form?: ValueForm): Record<string, string> | undefined => {
  const map = jsonObjectToMap(Buffer.from(document), new Fuel(Infinity), form);
  return map && Object.fromEntries([...map].map(([key, value]) => [key, Buffer.from(value).toString()]));
};

test.each([
  ['strings are decoded', '{"a":"x\\n\\u00f6\\ud83d\\ude00\\/"}', { a: 'x\nö😀/' }],
  ['null is empty', '{"a":null}', { a: '' }],
  ['booleans', '{"a":true,"b":false}', { a: 'true', b: 'false' }],
  [
    'numbers keep their spelling',
    '{"a":1.0,"b":123456789012345678901,"c":-1E+2}',
    { a: '1.0', b: '123456789012345678901', c: '-1E+2' },
  ],
  ['objects keep their text', ' { "a" : { "x" : [ 1 , 2 ] } , "b":[ ] } ', { a: '{ "x" : [ 1 , 2 ] }', b: '[ ]' }],
  ['of two equal keys the last counts', '{"a":1,"a":2,"\\u0061":3}', { a: '3' }],
  ['keys are decoded', '{"k\\"\\n":"v","":"empty","__proto__":"p"}', { 'k"\n': 'v', '': 'empty', ['__proto__']: 'p' }],
  ['a surrogate alone becomes U+FFFD', '{"a":"\\ud800\\u0041"}', { a: '\ufffdA' }],
  ['an empty object', '{}', {}],
  ['the document null', ' null ', {}],
])('%s [V1.10.1]', (_, document, expected) => {
  expect(mapOf(document)).toEqual(expected);
});

describe('decoded values', () => {
  const document =
    '{"s":"<a>","b":false,"n":null,"i":12345678901234567890,"f":1.0,"e":1E3,"o":{ "z" : "<" , "a" : [ 1.0 , 2E+1 ] , "a" : [0.10] }}';
  const same = { s: '<a>', b: 'false', n: '' };

  test('keep the text of numbers [V1.10.4]', () => {
    const o = '{"a":[0.10],"z":"\\u003c"}';
    expect(mapOf(document, { values: 'decoded' })).toEqual({
      ...same,
      i: '12345678901234567890',
      f: '1.0',
      e: '1E3',
      o,
    });
  });

  test('or are the nearest double without exponent, and what Go writes inside of objects [V1.10.3]', () => {
    const form = { values: 'decoded', numbers: 'float64' } as const;
    const o = '{"a":[0.1],"z":"\\u003c"}';
    expect(mapOf(document, form)).toEqual({ ...same, i: '12345678901234567000', f: '1', e: '1000', o });
    expect(mapOf('{"big":1e25,"in":[1e25,1e-7]}', form)).toEqual({
      big: '10000000000000000000000000',
      in: '[1e+25,1e-7]',
    });
    expect(() => mapOf('{"a":1e999}', form)).toThrow(expect.objectContaining({ code: 'NOT_AN_OBJECT' }) as Error);
  });

  test('say how deep they may be', () => {
    const deep = (levels: number): string => `{"a":${'['.repeat(levels)}${']'.repeat(levels)}}`;
    expect(mapOf(deep(900), { values: 'decoded' })?.['a']).toHaveLength(1_800);
    expect(() => mapOf(deep(1_100), { values: 'decoded' })).toThrow(
      expect.objectContaining({
        code: 'LIMIT_EXCEEDED',
        publicMessage: 'the document is nested deeper than 1000 levels',
      }) as Error,
    );
  });

  test('cost more, and are paid for', () => {
    const long = Buffer.from(JSON.stringify({ a: ['v'.repeat(100_000)] }));
    expect(() => jsonObjectToMap(long, new Fuel(10_000_000), { values: 'decoded' })).toThrow(FuelSpent);
    expect(jsonObjectToMap(long, new Fuel(10_000_000))?.size).toBe(1);
  });
});

test('each byte that is no UTF-8 becomes one U+FFFD, as in Go', () => {
  expect(mapOf(Buffer.from('{"a":"\xe2\x82","b":"ok"}', 'latin1'))).toEqual({ a: '\ufffd\ufffd', b: 'ok' });
});

test.each([
  '',
  'x',
  '[]',
  '[{"a":1}]',
  '"text"',
  '12',
  'true',
  '{',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{,"a":1}',
  "{'a':1}",
  '{"a":01}',
  '{"a":1.}',
  '{"a":+1}',
  '{"a":NaN}',
  '{"a":"\n"}',
  '{"a":"\\x"}',
  '{"a":"\\u12"}',
  '{"a":1}x',
  '{"a":1} {"b":2}',
  '{"a":[1}',
  '{a:1}',
  '{"a":tru}',
  'nulls',
  '{"a":"open',
  '{"a":{"b":1}',
  '\ufeff{"a":1}',
])('%j is not a JSON object [V1.10.2]', (document) => {
  expect(mapOf(document)).toBeUndefined();
});

test('depth is limited, not the call stack', () => {
  const isObject = (document: string): boolean => mapOf(document) !== undefined;
  expect(isObject(`{"a":${'['.repeat(9_999)}${']'.repeat(9_999)}}`)).toBe(true);
  const tooDeep = {
    code: 'LIMIT_EXCEEDED',
    publicMessage: 'the document is nested deeper than 10000 levels',
    nextStep: expect.stringContaining('less nesting') as string,
  };
  for (const document of [`{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`, '{"a":'.repeat(1_000_000)])
    expect(() => isObject(document)).toThrow(expect.objectContaining(tooDeep) as Error);
});

test('agrees with JSON.parse on what is valid', () => {
  const fragments = ['{', '}', '[', ']', ',', ':', '"a"', '1', '-', '.5', 'e3', 'null', ' ', '"\\n"'];
  let valid = 0;
  for (let seed = 0; seed < 20_000; seed++) {
    let state = seed * 2_654_435_761;
    const pick = (): string => {
      state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
      return fragments[Math.floor(state / 65_536) % fragments.length]!;
    };
    const document = `{"a":${Array.from({ length: 1 + (seed % 6) }, pick).join('')}}`;
    const ours = mapOf(document) !== undefined;
    expect({ document, valid: ours }).toEqual({ document, valid: parses(document) });
    if (ours) valid++;
  }
  expect(valid).toBeGreaterThan(500);
});

function parses(document: string): boolean {
  try {
    JSON.parse(document);
    return true;
  } catch {
    return false;
  }
}

test('members and bytes are paid for', () => {
  const many = Buffer.from(`{${Array.from({ length: 10_000 }, (_, i) => `"${i}":1`).join(',')}}`);
  const long = Buffer.from(JSON.stringify({ a: 'v'.repeat(512 * 1024) }));
  expect(() => jsonObjectToMap(many, new Fuel(20_000_000))).toThrow(FuelSpent);
  expect(jsonObjectToMap(long, new Fuel(20_000_000))?.size).toBe(1);
});

test('more members than an answer may have are an error that names the bound', () => {
  const document = Buffer.from(`{${Array.from({ length: 100_001 }, (_, i) => `"${i}":1`).join(',')}}`);
  expect(() => jsonObjectToMap(document, new Fuel(Infinity))).toThrow(
    expect.objectContaining({
      code: 'LIMIT_EXCEEDED',
      publicMessage: 'the document has more than 100000 properties',
    }) as Error,
  );
});
