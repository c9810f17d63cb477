import { create } from '@bufbuild/protobuf';
import { ExternalSecretDataRemoteRefSchema, ExternalSecretFindSchema } from '../../gen/provider/v1/provider_pb.js';
import { testCall } from '../../testing/test-call.ts';
import { findOf, nameMatcher, remoteRefOf } from './requests.ts';

describe('find.name.regexp', () => {
  test.each([
    ['db', 'my-db-password', true],
    ['^db', 'my-db-password', false],
    ['(?i)DB', 'my-db', true],
    ['\\pL+-[0-9]$', 'ключ-7', true],
    ['(?P<team>a|b)/x', 'b/x', true],
  ])('%s on %s [V1.5.1]', async (source, name, matches) => {
    expect(await nameMatcher(source, testCall()).select([name])).toEqual(matches ? [name] : []);
  });

  test.each(['(?=x)', '(a)\\1', '['])('%s is refused [V1.5.2]', (source) => {
    expect(() => nameMatcher(source, testCall())).toThrow(
      expect.objectContaining({ code: 'INVALID_REGEXP', field: 'find.name.regexp' }) as Error,
    );
  });

  test.each([
    ['x'.repeat(5_000), 'could not compile find.name.regexp: it is longer than 4096 bytes'],
    ['(?i)(\\pL\\pN?){1000}', 'could not compile find.name.regexp: it compiles to more than 5000 instructions'],
  ])('%.10s is too large [V1.5.4]', (source, publicMessage) => {
    const error = { code: 'REGEXP_TOO_LARGE', field: 'find.name.regexp', publicMessage };
    expect(() => nameMatcher(source, testCall())).toThrow(expect.objectContaining(error) as Error);
  });

  test('is linear in the name [V1.5.3]', async () => {
    expect(await nameMatcher('(a+)+$', testCall()).select([`${'a'.repeat(50_000)}!`])).toEqual([]);
  });
});

test('empty texts mean "not given"', () => {
  const find = create(ExternalSecretFindSchema, { path: '', tags: { team: 'a' } });
  expect(findOf(find, testCall())).toEqual({ tags: new Map([['team', 'a']]), conversionStrategy: 'Default' });
});

test.each([
  ['no reference', undefined, 'remoteRef.key'],
  ['no key', create(ExternalSecretDataRemoteRefSchema, {}), 'remoteRef.key'],
  [
    'an unknown policy',
    create(ExternalSecretDataRemoteRefSchema, { key: 'a', metadataPolicy: 'fetch' }),
    'remoteRef.metadataPolicy',
  ],
])('%s names the field [V1.1.6]', (_what, ref, field) => {
  expect(() => remoteRefOf(ref)).toThrow(expect.objectContaining({ code: 'INVALID_REQUEST', field }) as Error);
});
