import { classifyTlsError } from './classify.ts';

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

test.each([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'TLS_NAME_MISMATCH'],
  ['CERT_HAS_EXPIRED', 'TLS_EXPIRED'],
  ['CERT_NOT_YET_VALID', 'TLS_EXPIRED'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'TLS_UNTRUSTED'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'TLS_UNTRUSTED'],
  ['CERT_REVOKED', 'TLS_UNTRUSTED'],
  ['INVALID_PURPOSE', 'TLS_UNTRUSTED'],
  ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'CLIENT_REJECTED'],
  ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'CLIENT_REJECTED'],
  ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', 'CLIENT_REJECTED'],
  ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'TLS_FAILED'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'TLS_FAILED'],
  ['EPROTO', 'TLS_FAILED'],
])('%s anywhere in the chain of causes is %s', (reason, code) => {
  const wrapped = new Error('internal', { cause: new Error('session', { cause: failure(reason) }) });
  expect(classifyTlsError(wrapped)).toEqual({ code, reason });
});

test.each([failure('ECONNREFUSED'), new Error('no code'), undefined, 'text'])('%p is not about TLS', (thrown) => {
  expect(classifyTlsError(thrown)).toBeUndefined();
});
