import { failure } from '../testing/failure.ts';
import { validateKeys } from './validate-keys.ts';

const of = (...keys: string[]) => new Map(keys.map((key) => [key, Buffer.from('v')]));

test.each(['a', 'A-Z_0.9', '..data', '日本', 'é', 'x'.repeat(253), 'é'.repeat(126)])('%s passes', (key) => {
  expect([...validateKeys(of(key)).keys()]).toEqual([key]);
});

test.each([
  ['x'.repeat(254), `key has length 254 but max is 253: (following is truncated): ${'x'.repeat(253)}`],
  ['x'.repeat(300), `key has length 300 but max is 253: (following is truncated): ${'x'.repeat(253)}`],
  ['é'.repeat(127), /^key has length 254 but max is 253/],
  ['a/b', "key has invalid character /, only alphanumeric, '-', '.' and '_' are allowed: a/b"],
  ['a b', "key has invalid character  , only alphanumeric, '-', '.' and '_' are allowed: a b"],
  ['😀', "key has invalid character 😀, only alphanumeric, '-', '.' and '_' are allowed: 😀"],
])('%s is refused', (key, publicMessage) => {
  expect(failure(() => validateKeys(of('ok', key), 'spec.dataFrom[1].extract'))).toMatchObject({
    code: 'KEY_INVALID',
    field: 'spec.dataFrom[1].extract',
    publicMessage: (typeof publicMessage === 'string' ? publicMessage : expect.stringMatching(publicMessage)) as string,
  });
});

test('an empty key is dropped', () => {
  expect([...validateKeys(of('', 'a')).keys()]).toEqual(['a']);
});

test('of several bad keys the first in byte order is named', () => {
  expect(() => validateKeys(of('z/', 'b/', 'a'))).toThrow(/: b\//);
});
