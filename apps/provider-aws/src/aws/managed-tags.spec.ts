import { isManaged, tagChanges } from './managed-tags.ts';

const mark = ['managed-by', 'external-secrets'] as const;

test('the mark says who manages it, by its value as well', () => {
  expect(isManaged(new Map([mark]))).toBe(true);
  expect(isManaged(new Map([['managed-by', 'terraform']]))).toBe(false);
  expect(isManaged(new Map())).toBe(false);
});

test.each([
  ['nothing differs', { a: '1' }, { a: '1' }, {}, []],
  [
    'a value differs: all are set',
    { a: '1', b: '2' },
    { a: '9', b: '2' },
    { a: '9', b: '2', 'managed-by': 'external-secrets' },
    [],
  ],
  ['one is not wanted any more', { a: '1', old: 'x' }, { a: '1' }, {}, ['old']],
  ['the mark is never removed, nor is a tag of AWS [V3.3.12]', { old: 'x', 'aws:stack': 's' }, {}, {}, ['old']],
] as const)('%s', (_, current, desired, set, remove) => {
  const changes = tagChanges(new Map([mark, ...Object.entries(current)]), new Map(Object.entries(desired)));
  expect([Object.fromEntries(changes.set), changes.remove]).toEqual([set, remove]);
});
