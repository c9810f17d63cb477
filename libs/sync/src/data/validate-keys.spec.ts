import { Fuel } from '@eso/runtime';
import { syncErrorOf } from '../testing/failure.ts';
import { validateKeys } from './validate-keys.ts';

const options = { fuel: new Fuel(Infinity), field: 'spec.dataFrom[1].find', names: 'public' } as const;
const of = (...keys: string[]) => new Map(keys.map((key) => [key, Buffer.from('v')]));

test.each(['a', 'A-Z_0.9', '..data', '日本', 'é', 'x'.repeat(253), 'é'.repeat(126)])('%s passes', (key) => {
  expect([...validateKeys(of(key), options).keys()]).toEqual([key]);
});

test.each([
  ['x'.repeat(254), `key has length 254 but max is 253: (following is truncated): ${'x'.repeat(253)}`],
  ['x'.repeat(300), `key has length 300 but max is 253: (following is truncated): ${'x'.repeat(253)}`],
  ['é'.repeat(127), /^key has length 254 but max is 253/],
  ['a/b', "key has invalid character /, only alphanumeric, '-', '.' and '_' are allowed: a/b"],
  ['a b', "key has invalid character  , only alphanumeric, '-', '.' and '_' are allowed: a b"],
  ['😀', "key has invalid character 😀, only alphanumeric, '-', '.' and '_' are allowed: 😀"],
])('%s is refused [1.11.15] [1.11.16]', (key, publicMessage) => {
  expect(syncErrorOf(() => validateKeys(of('ok', key), options))).toMatchObject({
    code: 'KEY_INVALID',
    field: 'spec.dataFrom[1].find',
    publicMessage: (typeof publicMessage === 'string' ? publicMessage : expect.stringMatching(publicMessage)) as string,
  });
});

test('an empty key is dropped [1.11.14]', () => {
  expect([...validateKeys(of('', 'a'), options).keys()]).toEqual(['a']);
});

test('of several bad keys the first in byte order is named', () => {
  expect(() => validateKeys(of('z/', 'b/', 'a'), options)).toThrow(/: b\//);
});

test.each(['hunter2/x', 'hunter2'.repeat(40)])('of keys from inside of a secret nothing is told: %#', (key) => {
  const error = syncErrorOf(() => validateKeys(of(key), { ...options, names: 'secret' }));
  expect(error.code).toBe('KEY_INVALID');
  expect(error.message).not.toContain('hunter2');
});
