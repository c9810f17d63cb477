import { testCall } from '@eso/api/testing';
import { vaultPushOptions } from './push-options.ts';

const envelope = (spec: object) => ({
  apiVersion: 'kubernetes.external-secrets.io/v1alpha1',
  kind: 'PushSecretMetadata',
  spec,
});
const read = (metadata: unknown) =>
  vaultPushOptions({ metadata: Buffer.from(metadata === undefined ? '' : JSON.stringify(metadata)) }, testCall());

test('no metadata is the mark alone', async () => {
  const tags = { 'managed-by': 'external-secrets' };
  expect(await read(undefined)).toEqual({ expiresOn: undefined, contentType: undefined, tags });
  // As a manifest has it that was made from a template.
  const empty = await read(envelope({ expirationDate: '', contentType: '' }));
  expect(empty).toEqual({ expiresOn: undefined, contentType: undefined, tags });
});

test.each([
  ['2030-12-31T20:00:00Z', '2030-12-31T20:00:00.000Z'],
  ['2030-12-31T20:00:00.75+02:00', '2030-12-31T18:00:00.000Z'],
  ['2028-02-29T00:00:00-00:30', '2028-02-29T00:30:00.000Z'],
])('expiry %s', async (text, instant) => {
  expect((await read(envelope({ expirationDate: text }))).expiresOn?.toISOString()).toBe(instant);
});

const many = Object.fromEntries(Array.from({ length: 15 }, (_unused, index) => [`t${index}`, 'v']));
test.each<[string, unknown, object]>([
  ['another date', envelope({ expirationDate: 'tomorrow' }), { field: 'metadata.spec.expirationDate' }],
  [
    'a day that is none',
    envelope({ expirationDate: '2030-02-30T00:00:00Z' }),
    { field: 'metadata.spec.expirationDate' },
  ],
  ['no zone', envelope({ expirationDate: '2030-01-01T00:00:00' }), { field: 'metadata.spec.expirationDate' }],
  ['a zone that is none', envelope({ expirationDate: '2030-01-01T00:00:00+25:00' }), {}],
  ['the mark', envelope({ tags: { 'managed-by': 'me' } }), { field: 'metadata.spec.tags.managed-by' }],
  ['too many tags', envelope({ tags: many }), { code: 'LIMIT_EXCEEDED', field: 'metadata.spec.tags' }],
  ['an unknown field', envelope({ expiry: 'x' }), { field: 'metadata.spec.expiry' }],
  ['a tag that is no text', envelope({ tags: { a: 1 } }), { field: 'metadata.spec.tags.a' }],
  ['an empty object', {}, { field: 'metadata.apiVersion' }],
])('%s is refused with its field', async (_name, metadata, expected) => {
  await expect(read(metadata)).rejects.toMatchObject({ code: 'INVALID_REQUEST', ...expected });
});
