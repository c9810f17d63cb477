import { vaultFailure } from './vault-failure.ts';

const call = {
  action: 'get secret db',
  object: 'secret db',
  field: 'remoteRef.key',
  at: (path: string) => `spec.${path}`,
};
const failed = (status: number, body: object | string) =>
  vaultFailure(
    {
      status,
      host: 'v.vault.azure.net',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      retryAfterMs: undefined,
      requestId: 'r',
    },
    call,
  );

test.each(['SecretNotFound', 'KeyNotFound', 'CertificateNotFound', 'DeletedSecretNotFound'])(
  'a 404 that says %s is an absent object',
  (code) => {
    expect(failed(404, { error: { code } })).toMatchObject({ code: 'SECRET_NOT_FOUND', field: 'remoteRef.key' });
  },
);

test.each<[string, object | string]>([
  ['says that there is no such operation', { error: { code: 'NotFound' } }],
  ['says nothing of Key Vault', { error: 'nothing here' }],
  ['is a page', '<html>Not Found</html>'],
])('a 404 that %s is no absent object, which a deletion policy would act on', (_what, body) => {
  expect(failed(404, body)).toMatchObject({ code: 'BACKEND_UNAVAILABLE' });
});
