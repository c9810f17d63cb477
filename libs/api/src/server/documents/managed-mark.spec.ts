import { isManaged, markedTags } from './managed-mark.ts';

test('the mark is the tag with the value of this operator', () => {
  expect(isManaged(new Map([['managed-by', 'external-secrets']]))).toBe(true);
  expect(isManaged(new Map([['managed-by', 'terraform']]))).toBe(false);
  expect(isManaged(new Map())).toBe(false);
});

test('tags of a push get the mark, and cannot bring one', () => {
  expect(markedTags()).toEqual(new Map([['managed-by', 'external-secrets']]));
  expect(isManaged(markedTags({ team: 'a' }))).toBe(true);
  const refused = expect.objectContaining({
    code: 'INVALID_REQUEST',
    field: 'metadata.spec.tags.managed-by',
    publicMessage: 'metadata.spec.tags.managed-by is set by the provider itself',
  }) as Error;
  expect(() => markedTags({ 'managed-by': 'external-secrets' })).toThrow(refused);
});
