import { create } from '@bufbuild/protobuf';
import { ExternalSecretDataRemoteRefSchema, ExternalSecretFindSchema } from '../gen/provider/v1/provider_pb.js';
import { findOf, nameMatcher, remoteRefOf } from './requests.ts';

describe('find.name.regexp', () => {
  test.each([
    ['db', 'my-db-password', true],
    ['^db', 'my-db-password', false],
    ['(?i)DB', 'my-db', true],
    ['\\pL+-[0-9]$', 'ключ-7', true],
    ['(?P<team>a|b)/x', 'b/x', true],
  ])('%s on %s', (source, name, matches) => {
    expect(nameMatcher(source).matches(name)).toBe(matches);
  });

  test.each(['(?=x)', '(a)\\1', '[', 'x'.repeat(5_000)])('%.10s is refused', (source) => {
    expect(() => nameMatcher(source)).toThrow(expect.objectContaining({ code: 'INVALID_REGEXP' }) as Error);
  });

  test('is linear in the name', () => {
    expect(nameMatcher('(a+)+$').matches(`${'a'.repeat(50_000)}!`)).toBe(false);
  });
});

test('empty texts mean "not given"', () => {
  const find = create(ExternalSecretFindSchema, { path: '', tags: { team: 'a' } });
  expect(findOf(find)).toEqual({ tags: new Map([['team', 'a']]), conversionStrategy: 'Default' });
});

test.each([
  ['no reference', undefined, 'remoteRef.key'],
  ['no key', create(ExternalSecretDataRemoteRefSchema, {}), 'remoteRef.key'],
  [
    'an unknown policy',
    create(ExternalSecretDataRemoteRefSchema, { key: 'a', metadataPolicy: 'fetch' }),
    'remoteRef.metadataPolicy',
  ],
])('%s names the field', (_what, ref, field) => {
  expect(() => remoteRefOf(ref)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', field }) as Error);
});
