import { ProviderError } from '../../contract/provider-error.ts';
import { httpFailure, type HttpFailureCall } from './http-failure.ts';
import { httpResponse, type HttpResponse } from './http-message.ts';

const MARKER = 'hunter2-marker';

function answer(status: number, headers: Record<string, string> = {}): HttpResponse {
  const raw = { status, headers, body: Buffer.from(`{"errors":["denied"],"secret":"${MARKER}"}`) };
  return httpResponse(raw, { host: 'vault:8200', operation: 'ReadSecret', nowMs: 0 });
}

test.each<[number, ProviderError['code'], boolean]>([
  [301, 'CONFIG_INVALID', false],
  [304, 'CONFIG_INVALID', false],
  [400, 'INVALID_REQUEST', false],
  [401, 'CREDENTIALS_REJECTED', false],
  [403, 'ACCESS_DENIED', false],
  [404, 'CONFIG_INVALID', false],
  [405, 'INVALID_REQUEST', false],
  [407, 'BACKEND_UNAVAILABLE', false],
  [408, 'BACKEND_UNAVAILABLE', true],
  [409, 'CONFLICT', true],
  [412, 'CONFLICT', true],
  [413, 'LIMIT_EXCEEDED', false],
  [422, 'INVALID_REQUEST', false],
  [429, 'BACKEND_THROTTLED', true],
  [500, 'BACKEND_UNAVAILABLE', true],
  [501, 'BACKEND_UNAVAILABLE', false],
  [503, 'BACKEND_UNAVAILABLE', true],
  [599, 'BACKEND_UNAVAILABLE', true],
  [200, 'BACKEND_UNAVAILABLE', false],
])('%d is %s', (status, code, retryable) => {
  const error = httpFailure(answer(status), { field: 'remoteRef.key' });
  expect(error).toMatchObject({ code, retryable, field: 'remoteRef.key' });
  expect(error.publicMessage).toContain(`vault:8200 answers ReadSecret with ${status}`);
  expect(`${error.publicMessage} ${error.nextStep}`).not.toContain(MARKER);
});

test.each([
  [{ 'x-ms-request-id': '7f3c-11' }, { code: 'HTTP 503', requestId: '7f3c-11' }],
  [
    { 'x-request-id': 'a/b+c=', 'x-correlation-id': 'other' },
    { code: 'HTTP 503', requestId: 'a/b+c=' },
  ],
  [{ 'x-request-id': `Bearer ${MARKER}` }, { code: 'HTTP 503' }],
  [{}, { code: 'HTTP 503' }],
])('status and request id of %j go into the log of the provider, and nowhere else', (headers, backend) => {
  const error = httpFailure(answer(503, headers));
  expect(error.backend).toEqual(backend);
  expect(`${error.publicMessage} ${error.nextStep}`).not.toContain('7f3c');
});

test('absent is only what the caller names as a secret', () => {
  expect(httpFailure(answer(404), { secret: 'secret kv/app' })).toMatchObject({
    code: 'SECRET_NOT_FOUND',
    publicMessage: 'secret kv/app does not exist: vault:8200 answers ReadSecret with 404 Not Found',
  });
  for (const status of [400, 403, 410, 500])
    expect(httpFailure(answer(status), { secret: 'x' }).code).not.toBe('SECRET_NOT_FOUND');
});

test('the backend has a word where its author says which', () => {
  const explain: HttpFailureCall['explain'] = (response) => (response.json() as { errors: string[] }).errors[0];
  expect(httpFailure(answer(403), { explain }).publicMessage).toBe(
    'vault:8200 answers ReadSecret with 403 Forbidden (denied)',
  );
  const broken = (): string => {
    throw new Error(MARKER);
  };
  for (const explain of [broken, () => undefined, () => ' '])
    expect(httpFailure(answer(403), { explain }).publicMessage).toBe(
      'vault:8200 answers ReadSecret with 403 Forbidden',
    );
});

test('how long a backend wants to be left alone is handed on', () => {
  expect(httpFailure(answer(429, { 'retry-after': '60' })).retryAfterMs).toBe(60_000);
});

test('a redirect names the host that it leads to and nothing else of the URL', () => {
  const error = httpFailure(answer(302, { location: `https://sso.example.com/login?token=${MARKER}` }));
  expect(error.nextStep).toContain('at sso.example.com');
  expect(error.nextStep).not.toContain(MARKER);
  expect(httpFailure(answer(302, { location: '/x' })).nextStep).not.toContain(', at ');
});

const coded = (code: string, more: object = {}): Error => Object.assign(new Error(MARKER), { code, ...more });

test.each<[string, unknown, ProviderError['code'], string]>([
  ['refused', coded('ECONNREFUSED'), 'BACKEND_UNAVAILABLE', 'vault refuses connections [ECONNREFUSED]'],
  ['unknown name', coded('ENOTFOUND'), 'BACKEND_UNAVAILABLE', 'vault is a name that does not exist [ENOTFOUND]'],
  ['resolver', coded('EAI_AGAIN'), 'BACKEND_UNAVAILABLE', 'cannot be resolved at the moment [EAI_AGAIN]'],
  ['no way', coded('EHOSTUNREACH'), 'BACKEND_UNAVAILABLE', 'no way to its address [EHOSTUNREACH]'],
  ['parser', coded('HPE_INVALID_CONSTANT'), 'BACKEND_UNAVAILABLE', 'what is not HTTP [HPE_INVALID_CONSTANT]'],
  ['as a cause', new TypeError('fetch failed', { cause: coded('ECONNRESET') }), 'BACKEND_UNAVAILABLE', '[ECONNRESET]'],
  [
    'several addresses',
    new AggregateError([coded('X'), coded('ECONNREFUSED')], MARKER),
    'BACKEND_UNAVAILABLE',
    '[ECONNREFUSED]',
  ],
  ['untrusted', coded('SELF_SIGNED_CERT_IN_CHAIN'), 'BACKEND_UNAVAILABLE', 'no trusted authority has signed'],
  ['timeout of a signal', new DOMException(MARKER, 'TimeoutError'), 'TIMEOUT', 'vault did not answer in time'],
  ['abort of a signal', new DOMException(MARKER, 'AbortError'), 'CANCELED', 'vault was not waited for'],
])('an error of the network (%s) is told in words', (_what, error, code, text) => {
  const failure = httpFailure(error, { host: 'vault', field: 'spec.server' });
  expect(failure).toMatchObject({ code, field: 'spec.server', cause: error });
  expect(failure.publicMessage).toContain(text);
  expect(`${failure.publicMessage} ${failure.nextStep}`).not.toContain(MARKER);
});

test('what is known already stays, and a fault of a program is masked', () => {
  const known = new ProviderError('CONFIG_INVALID', 'x', { cause: coded('ECONNRESET') });
  expect(httpFailure(known)).toBe(known);
  for (const thrown of [new TypeError(MARKER), coded('ERR_INVALID_ARG_TYPE'), MARKER, undefined, { status: 3 }]) {
    const failure = httpFailure(thrown);
    expect([failure.code, failure.publicMessage]).toEqual(['INTERNAL', 'the provider failed unexpectedly']);
  }
});
