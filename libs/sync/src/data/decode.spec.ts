import fc from 'fast-check';
import { Fuel, FuelSpent } from '@eso/runtime';
import { syncErrorOf } from '../testing/failure.ts';
import { decodeValue, decodeValues } from './decode.ts';

const options = { fuel: new Fuel(Infinity), field: 'spec.dataFrom[0].extract' } as const;
const text = (value: Uint8Array): string => Buffer.from(value).toString('latin1');
const decode = (value: string, strategy?: 'Auto' | 'Base64' | 'Base64URL' | 'None'): string =>
  text(decodeValue(Buffer.from(value), { ...options, strategy }));

test.each([
  ['Zm9v', 'Base64', 'foo'],
  ['Zm8=', 'Base64', 'fo'],
  ['Zg==', 'Base64', 'f'],
  ['', 'Base64', ''],
  ['Zm\r\n9v\n', 'Base64', 'foo'],
  ['Zg=\n=', 'Base64', 'f'],
  ['+/+/', 'Base64', '\xfb\xff\xbf'],
  ['-_-_', 'Base64URL', '\xfb\xff\xbf'],
  ['Zh==', 'Base64', 'f'],
  ['Zm9v', 'None', 'Zm9v'],
  ['Zm9v', undefined, 'Zm9v'],
  ['Zm9v', 'Auto', 'foo'],
  ['1234', 'Auto', '\xd7\x6d\xf8'],
  ['-_-_', 'Auto', '\xfb\xff\xbf'],
  ['hello', 'Auto', 'hello'],
  ['not base64!', 'Auto', 'not base64!'],
  ['Zm9v=', 'Auto', 'Zm9v='],
] as const)('%j under %s gives %j [1.11.18] [1.11.19] [1.11.20] [1.11.21] [1.2.29]', (value, strategy, expected) => {
  expect(decode(value, strategy)).toBe(expected);
});

test.each([
  ['Zm9', 'Base64'],
  ['Zm9v=', 'Base64'],
  ['Zm9v====', 'Base64'],
  ['Z===', 'Base64'],
  ['Zm 9v', 'Base64'],
  ['Zm=v', 'Base64'],
  ['-_-_', 'Base64'],
  ['+/+/', 'Base64URL'],
  ['Zg', 'Base64URL'],
  ['\u{1F600}', 'Base64'],
] as const)('%j is no %s, and the error holds nothing of it [1.11.19] [1.11.20]', (value, strategy) => {
  expect(syncErrorOf(() => decode(value, strategy))).toMatchObject({
    code: 'DECODING_FAILED',
    publicMessage: `the value is not valid ${strategy}`,
  });
});

test('what was encoded is decoded, wherever line breaks were put', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.nat(), (bytes, at) => {
      const encoded = Buffer.from(bytes).toString('base64');
      const cut = at % (encoded.length + 1);
      const broken = `${encoded.slice(0, cut)}\r\n${encoded.slice(cut)}`;
      expect(Buffer.from(decodeValue(Buffer.from(broken), { ...options, strategy: 'Base64' }))).toEqual(
        Buffer.from(bytes),
      );
    }),
  );
});

test('a strategy that a stored object has and nobody knows is an error [1.11.22]', () => {
  expect(syncErrorOf(() => decode('Zg==', 'Rot13' as 'Auto'))).toMatchObject({
    code: 'DECODING_FAILED',
    publicMessage: 'decoding strategy Rot13 is not supported',
  });
});

test('Auto never fails [1.11.21] [8.21] [V1.6.4]', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => decodeValue(bytes, { ...options, strategy: 'Auto' }) instanceof Uint8Array),
  );
});

test('of a map the first bad key in byte order is named [1.11.23]', () => {
  const data = new Map([
    ['b', Buffer.from('!')],
    ['a', Buffer.from('?')],
    ['0', Buffer.from('Zm9v')],
  ]);
  expect(syncErrorOf(() => decodeValues(data, { ...options, strategy: 'Base64', names: 'public' }))).toMatchObject({
    field: 'spec.dataFrom[0].extract',
    publicMessage: 'failure decoding key a: the value is not valid Base64',
  });
});

test('a key from inside of a secret is not named', () => {
  const data = new Map([['hunter2', Buffer.from('?')]]);
  expect(syncErrorOf(() => decodeValues(data, { ...options, strategy: 'Base64', names: 'secret' })).publicMessage).toBe(
    'failure decoding a key that comes from inside of the secret: the value is not valid Base64',
  );
});

test('decoding is paid for by its bytes', () => {
  const fuel = new Fuel(100_000);
  expect(() => decodeValue(Buffer.alloc(50_000, 'QUJD'), { ...options, fuel, strategy: 'Auto' })).toThrow(FuelSpent);
  expect(decodeValue(Buffer.alloc(50_000), { ...options, fuel: new Fuel(0) })).toHaveLength(50_000);
});

test('a large value is decoded without a deep stack', () => {
  const large = Buffer.alloc(4 * 1024 * 1024, 'QUJD');
  expect(decodeValue(large, { ...options, strategy: 'Base64' })).toHaveLength(3 * 1024 * 1024);
});
