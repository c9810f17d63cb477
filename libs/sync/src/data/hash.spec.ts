import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { decimal, goFloat, goValue } from './go-format.ts';
import { hashMeta, hashOwner, hashSecretData, hashValue } from './hash.ts';

const data = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)]));
const sha3 = (text: string): string => createHash('sha3-224').update(text).digest('hex');

test('the published vectors [1.16.1] [1.16.4] [1.16.7] [1.16.8] [1.16.9] [1.16.10] [1.16.11] [1.16.12] [1.16.13] [1.16.14]', () => {
  expect(hashValue(undefined)).toBe('c461202a18e99215f121936fb2452e03843828e448a00a53f285a6fc');
  expect(hashValue('hello there')).toBe('f78681ec611ebaeea0689bff6c7812a83ff98a7faba986d9af76c999');
  expect(hashSecretData(data({ foo: 'value1', bar: 'value2' }))).toBe(
    '1bed8bcbcb4547ffe19a19cd47d9078e84aa6598266d86b99f992d64',
  );
  expect(hashSecretData(data({ targetProperty: 'someValue' }))).toBe(
    '03a707af0159f9cbff01ece86d3f85a3d7c3a11b512f5e7fc90bd042',
  );
  expect(hashSecretData(new Map())).toBe('74a974446e359fb3e6baff9bd0058950e6edd0f040888d9989b0a11b');
  expect(hashMeta(undefined, undefined)).toBe('f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2');
  expect(hashMeta({}, {})).toBe('f47fe3c0b255b6dd8047cdffa772587bb829efe7a1cb70febeda2eb2');
  expect(hashMeta({ a: 'b' }, { foo: 'bar' })).toBe('a366c67789d90ed5749538ecaaf6585f8d4e358f422e41255a51f01c');
  expect(hashOwner('default', 'test-es')).toBe('a8e09351ea392b727f69f63683b28619fbed1174f572e728706a9ea8');
});

test('the text that is hashed [1.16.2] [1.16.3]', () => {
  expect(hashSecretData(data({ b: '', a: 'A\u0000' }))).toBe(sha3('map[a:[65 0] b:[]]'));
  expect(hashMeta({ z: '1', a: '2' }, { k: 'v w' })).toBe(sha3('{annotations:map[k:v w] labels:map[a:2 z:1]}'));
});

test('each byte is written in decimal', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  expect(hashSecretData(new Map([['k', all]]))).toBe(sha3(`map[k:[${[...all].join(' ')}]]`));
});

test('the order in which keys were added is of no account; every byte is', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ minLength: 1 }), fc.uint8Array()), (dictionary) => {
      const entries = Object.entries(dictionary);
      expect(hashSecretData(new Map(entries))).toBe(hashSecretData(new Map(entries.reverse())));
      const [first] = entries;
      if (!first) return;
      const changed = new Map(entries).set(first[0], Uint8Array.of(...first[1], 7));
      expect(hashSecretData(changed)).not.toBe(hashSecretData(new Map(entries)));
    }),
  );
});

test.each([
  [100000, '100000'],
  [999999.5, '999999.5'],
  [1000000, '1e+06'],
  [1234567, '1.234567e+06'],
  [0.0001, '0.0001'],
  [0.00001, '1e-05'],
  [-0.5, '-0.5'],
  [1.5e300, '1.5e+300'],
  [0, '0'],
])('a float of %d prints as %s [1.16.6]', (value, expected) => {
  expect(goFloat(value)).toBe(expected);
});

test.each([
  [1e21, `1${'0'.repeat(21)}`],
  [1e-7, '0.0000001'],
  [-12.5, '-12.5'],
  [12345678901234567000, '12345678901234567000'],
  [0, '0'],
])('%d in plain decimal is %s', (value, expected) => {
  expect(decimal(value)).toBe(expected);
});

test('plain decimal reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => Number(decimal(value)) === value + 0),
  );
});

test('nested values print as Go prints them [1.16.5]', () => {
  expect(goValue({ b: [1, 'x', null, true], a: { c: 1.5 } })).toBe('map[a:map[c:1.5] b:[1 x <nil> true]]');
  expect(goValue(12345678)).toBe('12345678');
});
