import type { ListedSecret } from './secret.ts';
import { filtersOf, selectedBy } from './filters.ts';

const tags = (record: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(record));
const secret = (name: string, record: Record<string, string> = {}): ListedSecret => ({
  name,
  arn: name,
  tags: tags(record),
});

test('a path and a tag become filters of what AWS compares', () => {
  expect(filtersOf({ path: 'app/', tags: tags({ env: 'prod' }) })).toEqual([
    { Key: 'name', Values: ['app/'] },
    { Key: 'tag-key', Values: ['env'] },
    { Key: 'tag-value', Values: ['prod'] },
  ]);
  expect(filtersOf({ tags: tags({}) })).toEqual([]);
});

test.each([
  ['!prod', undefined],
  ['', undefined],
  ['äpp', undefined],
  ['app,web', 'app'],
  ['a!b', 'a!b'],
  ['x'.repeat(600), 'x'.repeat(512)],
])('a filter is the longest beginning that AWS takes, and never a negation: %s', (path, value) => {
  expect(filtersOf({ path, tags: tags({}) })).toEqual(value === undefined ? [] : [{ Key: 'name', Values: [value] }]);
});

test('there are ten at most', () => {
  const many = tags(Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`k${n}`, 'v'])));
  expect(filtersOf({ path: 'app', tags: many })).toHaveLength(10);
});

test.each<[string, Record<string, string>, boolean]>([
  ['the pair', { env: 'prod' }, true],
  ['more than was asked for', { env: 'prod', team: 'a' }, true],
  ['a longer value', { env: 'production' }, false],
  ['a longer key', { environment: 'prod' }, false],
  ['key and value of different tags', { env: 'test', stage: 'prod' }, false],
  ['no tags', {}, false],
])('tags decide by whole pairs: %s', (_, has, selected) => {
  expect(selectedBy({ tags: tags({ env: 'prod' }) }, secret('db', has))).toBe(selected);
});

test('a path is a beginning of the name, to the letter', () => {
  const names = ['app/db', 'App/db', 'my/app/db', '!app'];
  const under = (path: string): string[] => names.filter((name) => selectedBy({ path, tags: tags({}) }, secret(name)));
  expect(under('app')).toEqual(['app/db']);
  expect(under('!app')).toEqual(['!app']);
});
