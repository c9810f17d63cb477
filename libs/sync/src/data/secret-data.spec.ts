import fc from 'fast-check';
import { compareKeys, decodeSecretData, encodeSecretData, mergeData, sortedKeys } from './secret-data.ts';

test('keys sort by bytes, not by UTF-16 units', () => {
  // U+FF5E comes before U+1F600 in UTF-8, after it in UTF-16.
  expect(['\u{1F600}', '\uFF5E', 'a', 'B'].sort(compareKeys)).toEqual(['B', 'a', '\uFF5E', '\u{1F600}']);
});

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.uint8Array()), (dictionary) => {
      const data = new Map(Object.entries(dictionary));
      const back = decodeSecretData(encodeSecretData(data));
      expect(sortedKeys(back)).toEqual(sortedKeys(data));
      for (const [key, value] of data) expect(Buffer.compare(back.get(key)!, value)).toBe(0);
    }),
  );
});

test('a key named __proto__ is a key like any other', () => {
  const data = new Map([['__proto__', Buffer.from('x')]]);
  expect(JSON.stringify(encodeSecretData(data))).toBe('{"__proto__":"eA=="}');
});

test('of equal keys the later source wins', () => {
  const merged = mergeData([
    new Map([
      ['a', Buffer.from('1')],
      ['b', Buffer.from('1')],
    ]),
    new Map([['a', Buffer.from('2')]]),
  ]);
  expect([...merged].map(([key, value]) => `${key}=${Buffer.from(value).toString()}`)).toEqual(['a=2', 'b=1']);
});
