import fc from 'fast-check';
import { Fuel } from '@eso/runtime';
import { syncErrorOf } from '../testing/failure.ts';
import { convertKey } from '@eso/api/resources';
import { convertSecretKeys, type ConvertOptions } from './convert-keys.ts';

const options: ConvertOptions = { fuel: new Fuel(Infinity), field: 'spec.dataFrom[0].find', names: 'public' };
const of = (...keys: string[]) => new Map(keys.map((key) => [key, Buffer.from(key)]));

test.each([
  ['foo', 'foo', 'foo'],
  ['foo-bar_baz.qux', 'foo-bar_baz.qux', 'foo-bar_baz.qux'],
  ['a/b', 'a_b', 'a_U002f_b'],
  ['a b', 'a_b', 'a_U0020_b'],
  ['$%', '__', '_U0024__U0025_'],
  ['é', 'é', 'é'],
  ['日本', '日本', '日本'],
  ['😀', '_', '_U1f600_'],
  ['½', '½', '½'],
  ['e\u0301', 'e_', 'e_U0301_'],
  ['', '', ''],
  ['/', '_', '_U002f_'],
])('%j is converted to %j, or to %j under Unicode [1.11.10] [1.11.11] [1.2.28] [V1.6.1]', (key, byDefault, unicode) => {
  expect(convertKey(key)).toBe(byDefault);
  expect(convertKey(key, 'Default')).toBe(byDefault);
  expect(convertKey(key, 'Unicode')).toBe(unicode);
});

test('two keys that become one are an error that names the result and what to do [1.11.12]', () => {
  expect(syncErrorOf(() => convertSecretKeys(of('a/b', 'a_b', 'c'), options))).toMatchObject({
    code: 'KEY_COLLISION',
    field: 'spec.dataFrom[0].find',
    publicMessage: 'secret name collision during conversion: a_b',
    nextStep: expect.stringContaining('Unicode') as string,
  });
  expect([...convertSecretKeys(of('a/b', 'a_b'), { ...options, strategy: 'Unicode' }).keys()].sort()).toEqual([
    'a_U002f_b',
    'a_b',
  ]);
});

test('keys that come from inside of a secret are counted, not named [1.11.12]', () => {
  const error = syncErrorOf(() =>
    convertSecretKeys(of('pass/word', 'pass_word', 'pass word', 'c'), { ...options, names: 'secret' }),
  );
  expect(error).toMatchObject({
    code: 'KEY_COLLISION',
    publicMessage: 'secret name collision during conversion: of 4 keys 2 become the same as another one',
  });
  expect(error.message).not.toContain('word');
});

test('a converted key has only characters that are kept, and converting again changes nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('Default' as const, 'Unicode' as const), (key, by) => {
      const converted = convertKey(key, by);
      expect(converted).toMatch(/^[\p{L}\p{N}._-]*$/u);
      expect(convertKey(converted, by)).toBe(converted);
    }),
  );
});

test('values stay with their keys', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z/. ]{1,8}$/)), (keys) => {
      fc.pre(new Set(keys.map((key) => convertKey(key))).size === keys.length);
      const converted = convertSecretKeys(of(...keys), options);
      for (const key of keys) expect(Buffer.from(converted.get(convertKey(key))!).toString()).toBe(key);
    }),
  );
});
