import type { AzureIdentity } from './identity.ts';
import { refusedLogin } from './token-failure.ts';

const identity: AzureIdentity = {
  kind: 'secret',
  tenantId: 'tenant',
  clientId: 'client',
  secret: 'marker',
  field: 'spec.auth.clientSecret',
};
const refused = (answer: { status: number; body?: string; retryAfterMs?: number; requestId?: string }) =>
  refusedLogin(
    { host: 'login.example', body: '', retryAfterMs: undefined, requestId: undefined, ...answer },
    identity,
    (path) => `spec.${path}`,
  );
const entra = (numbers: readonly unknown[], more: object = {}): string =>
  JSON.stringify({ error: 'invalid_client', error_description: 'marker', error_codes: numbers, ...more });

test.each([
  [429, 'BACKEND_THROTTLED'],
  [500, 'BACKEND_UNAVAILABLE'],
  [503, 'BACKEND_UNAVAILABLE'],
])('an answer of %i, with the words of OAuth or without, is %s', (status, code) => {
  expect(refused({ status })).toMatchObject({ code, retryAfterMs: undefined, backend: { code: `HTTP ${status}` } });
  expect(refused({ status, body: entra([90033]), retryAfterMs: 7_000 })).toMatchObject({
    code,
    retryAfterMs: 7_000,
    backend: { code: 'AADSTS90033' },
  });
});

test('a refusal without the words of OAuth is of a machine on the way, not of the login', () => {
  for (const body of [
    '',
    'Forbidden by the proxy',
    '{"error":{"code":403}}',
    entra([1]).replace('invalid_client', 'Any words'),
  ])
    expect(refused({ status: 403, body })).toMatchObject({
      code: 'BACKEND_UNAVAILABLE',
      message: expect.stringContaining('login.example answers a login with HTTP 403') as string,
    });
});

test('the first number that is known says what is wrong, and which field', () => {
  expect(refused({ status: 401, body: entra([1, 7000222, 90002]) })).toMatchObject({
    code: 'CREDENTIALS_REJECTED',
    message: expect.stringContaining(
      'does not accept the client secret any more: it has expired (AADSTS7000222)',
    ) as string,
    field: 'spec.auth.clientSecret',
    nextStep: 'make a new client secret and put it there',
  });
  expect(refused({ status: 400, body: entra([90002]) })).toMatchObject({
    code: 'CONFIG_INVALID',
    field: 'spec.tenantId',
  });
});

test('a number that is not known, or none, leaves what proves the identity to be corrected', () => {
  for (const numbers of [[424242], [], ['7000222', 1.5]])
    expect(refused({ status: 401, body: entra(numbers) })).toMatchObject({
      code: 'CREDENTIALS_REJECTED',
      field: 'spec.auth.clientSecret',
      nextStep: 'correct what spec.auth.clientSecret refers to',
    });
  expect(refused({ status: 401, body: entra([]) }).backend).toEqual({ code: 'invalid_client' });
});

test('nothing of its text is shown, and of its ID what looks like one', () => {
  const trace = 'b1f8e3a0-0000-4000-8000-000000000000';
  const shown = refused({ status: 401, body: entra([7000215], { trace_id: trace }), requestId: 'of-the-header' });
  expect(shown.message).not.toContain('marker');
  expect(shown.backend).toEqual({ code: 'AADSTS7000215', requestId: trace });
  const other = refused({ status: 401, body: entra([7000215], { trace_id: 'not an ID' }), requestId: 'of-the-header' });
  expect(other.backend).toEqual({ code: 'AADSTS7000215', requestId: 'of-the-header' });
});
