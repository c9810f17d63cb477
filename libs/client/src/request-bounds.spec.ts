import { limits } from '@eso/api/contract';
import { GetSecretRequestSchema } from '@eso/api/stubs';
import { checkFind, checkRemoteRef, largestField } from './request-bounds.ts';

const most = 'k'.repeat(limits.requestFieldBytes);

test.each(['key', 'version', 'property'])('a remote ref whose %s is too long is refused with the field', (field) => {
  expect(() => checkRemoteRef({ key: 'k', [field]: most })).not.toThrow();
  expect(() => checkRemoteRef({ key: 'k', [field]: `${most}k` })).toThrow(
    expect.objectContaining({ code: 'LIMIT_EXCEEDED', field: `remoteRef.${field}` }) as Error,
  );
  // Bytes count, not characters.
  expect(() => checkRemoteRef({ key: 'k', [field]: 'ä'.repeat(limits.requestFieldBytes / 2 + 1) })).toThrow(
    '16386 bytes',
  );
});

test.each([
  [{ path: `${most}k` }, 'LIMIT_EXCEEDED', 'find.path'],
  [{ tags: { [`${most}k`]: 'v' } }, 'LIMIT_EXCEEDED', 'find.tags'],
  [{ tags: { k: `${most}k` } }, 'LIMIT_EXCEEDED', 'find.tags'],
  [{ name: { regexp: 'x'.repeat(limits.regexpBytes + 1) } }, 'REGEXP_TOO_LARGE', 'find.name.regexp'],
])('a find with too much in it is refused with the field: %#', (find, code, field) => {
  expect(() => checkFind(find)).toThrow(expect.objectContaining({ code, field }) as Error);
});

test('what an honest user writes passes', () => {
  expect(() => checkRemoteRef({ key: most, version: most, property: most })).not.toThrow();
  expect(() =>
    checkFind({ path: most, tags: { [most]: most }, name: { regexp: 'x'.repeat(limits.regexpBytes) } }),
  ).not.toThrow();
  checkRemoteRef(undefined);
  checkFind(undefined);
});

test('the field that is too large is the one that has most of the bytes', () => {
  const request = { sourceNamespace: 'team', remoteRef: { key: 'k'.repeat(100) }, providerRef: { name: 'p' } };
  expect(largestField(GetSecretRequestSchema, request)).toBe('remoteRef');
});
