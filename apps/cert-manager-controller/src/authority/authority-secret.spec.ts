import type { Secret } from '@eso/kube';
import type { SignerSource } from '@eso/pki';
import { authoritySecret, readAuthoritySecret } from './authority-secret.ts';

const source = { kind: 'test', storedEntries: ['ca.key'] } as unknown as SignerSource;
const stored = { bundle: 'CERTIFICATES', seal: 'SEAL', key: { 'ca.key': 'ENCRYPTED' } };

test('what is written is read again, and nothing else is taken out', () => {
  const secret = authoritySecret('eso', stored);
  expect(secret).toMatchObject({ metadata: { namespace: 'eso', name: 'eso-provider-ca-internal' }, type: 'Opaque' });
  expect(Object.keys(secret.data!).sort()).toEqual(['ca.crt', 'ca.key', 'ca.sig']);
  const more: Secret = { ...secret, data: { ...secret.data, note: 'eA==' } };
  expect(readAuthoritySecret(more, source)).toEqual(stored);
});

test('one that an earlier release made has no seal', () => {
  const { seal, ...unsealed } = stored;
  const secret = authoritySecret('eso', unsealed);
  expect(Object.keys(secret.data!).sort()).toEqual(['ca.crt', 'ca.key']);
  expect(readAuthoritySecret(secret, source)).toEqual({ ...unsealed, seal: undefined });
  expect(seal).toBe('SEAL');
});

test.each([
  ['without label', { labels: {} }],
  ['without annotation', { annotations: {} }],
  ['copied from another namespace', { namespace: 'elsewhere' }],
])('a Secret %s is foreign', (_, metadata) => {
  const secret = authoritySecret('eso', stored);
  expect(() => readAuthoritySecret({ ...secret, metadata: { ...secret.metadata, ...metadata } }, source)).toThrow(
    'was not made by this controller',
  );
});

test('a Secret without certificate cannot be used', () => {
  const secret = authoritySecret('eso', { ...stored, bundle: '' });
  expect(() => readAuthoritySecret(secret, source)).toThrow('has no ca.crt');
});
