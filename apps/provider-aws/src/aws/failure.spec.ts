import { ProviderError } from '@eso/api/server';
import { awsFailure, type FailedCall } from './failure.ts';

const call: FailedCall = {
  service: 'AWS Secrets Manager',
  region: 'eu-central-1',
  at: (path: string) => `spec.provider.aws.${path}`,
  action: 'read secret db',
  field: 'remoteRef.key',
  invalidRequest: 'INVALID_REQUEST',
};

interface Shape {
  readonly name?: string;
  readonly message?: string;
  readonly code?: string;
  readonly $fault?: 'client' | 'server';
  readonly status?: number;
  readonly operation?: string;
}

/** An error as the SDK throws it. */
function thrown({ message = 'text', status, ...rest }: Shape): Error {
  return Object.assign(new Error(message), rest, status === undefined ? {} : { $metadata: { httpStatusCode: status } });
}

const codeOf = (shape: Shape): string => awsFailure(thrown(shape), call).code;

test.each<[string, Shape]>([
  ['CREDENTIALS_REJECTED', { name: 'UnrecognizedClientException', $fault: 'client', status: 400 }],
  ['CREDENTIALS_REJECTED', { name: 'SignatureDoesNotMatch', $fault: 'client', status: 403 }],
  ['CREDENTIALS_REJECTED', { name: 'ExpiredTokenException', $fault: 'client', status: 400 }],
  ['ACCESS_DENIED', { name: 'AccessDeniedException', $fault: 'client', status: 400 }],
  ['BACKEND_THROTTLED', { name: 'ThrottlingException', $fault: 'client', status: 400 }],
  ['BACKEND_THROTTLED', { name: 'Whatever', $fault: 'client', status: 429 }],
  ['BACKEND_UNAVAILABLE', { name: 'InternalServiceError', $fault: 'server', status: 500 }],
  ['BACKEND_UNAVAILABLE', { name: 'SyntaxError', status: 403 }],
  ['BACKEND_UNAVAILABLE', { name: 'TimeoutError' }],
  ['BACKEND_UNAVAILABLE', { code: 'ECONNREFUSED' }],
  ['BACKEND_UNAVAILABLE', { code: 'EAI_AGAIN' }],
  ['BACKEND_UNAVAILABLE', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }],
  ['BACKEND_UNAVAILABLE', { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' }],
  ['BACKEND_UNAVAILABLE', { code: 'HPE_INVALID_CONSTANT' }],
  ['BACKEND_UNAVAILABLE', { name: 'Unknown', $fault: 'client', status: 404 }],
  ['BACKEND_UNAVAILABLE', { name: 'NotFound', $fault: 'client', status: 404 }],
  ['INVALID_REQUEST', { name: 'InvalidParameterException', $fault: 'client', status: 400 }],
  ['INTERNAL', { code: 'ERR_INVALID_CHAR' }],
  ['INTERNAL', { code: 'EINVAL' }],
  ['INTERNAL', { name: 'TypeError' }],
])('%s: %p', (code, shape) => {
  expect(codeOf(shape)).toBe(code);
});

test('retryable is what may pass by itself', () => {
  const retryable = (shape: Shape): boolean => awsFailure(thrown(shape), call).retryable;
  expect(retryable({ name: 'ThrottlingException' })).toBe(true);
  expect(retryable({ code: 'ECONNREFUSED' })).toBe(true);
  expect(retryable({ name: 'AccessDenied' })).toBe(false);
  expect(retryable({ name: 'InvalidClientTokenId' })).toBe(false);
});

test("nothing of AWS's text stays when keys are rejected: it quotes the signature", () => {
  const message = 'The request signature we calculated … AWS4-HMAC-SHA256\n20260101\nAKIAIOSFODNN7EXAMPLE';
  const error = awsFailure(thrown({ name: 'SignatureDoesNotMatch', message }), call);
  expect(error).toMatchObject({
    publicMessage: 'AWS Secrets Manager does not accept the access keys (SignatureDoesNotMatch)',
    field: 'spec.provider.aws.auth.secretRef',
  });
});

test("AWS's text says what is denied", () => {
  const error = awsFailure(thrown({ name: 'AccessDeniedException', message: 'User x may not. Request ID: 12' }), call);
  expect(error.publicMessage).toBe('may not read secret db: AWS answered AccessDeniedException: User x may not.');
});

test.each([
  ['ExpiredTokenException', 'The security token included in the request is expired', 'session token'],
  ['UnrecognizedClientException', 'The security token included in the request is invalid.', 'put valid access keys'],
  ['DecryptionFailure', "Secrets Manager can't decrypt the protected secret text", 'kms:Decrypt'],
  ['AccessDeniedException', 'Access to KMS is not allowed', 'kms:Decrypt'],
  ['AccessDeniedException', 'User: x is not authorized', 'IAM policies'],
  ['OptInRequired', 'You are not subscribed', 'enable the region'],
])('the next step is true for %s: %s', (name, message, advice) => {
  expect(awsFailure(thrown({ name, message, $fault: 'client', status: 400 }), call).nextStep).toContain(advice);
});

test("AWS's code and request id go with the failure, for the log", () => {
  const error = Object.assign(thrown({ name: 'DecryptionFailure' }), { $metadata: { requestId: '7f3c-11' } });
  expect(awsFailure(error, call).backend).toEqual({ code: 'DecryptionFailure', requestId: '7f3c-11' });
});

test('an unreachable AWS is named with its region', () => {
  expect(awsFailure(thrown({ code: 'ENOTFOUND' }), call).publicMessage).toBe(
    'AWS Secrets Manager in region eu-central-1 is not reachable (ENOTFOUND)',
  );
});

test('the text of what is no failure of AWS stays inside', () => {
  expect(awsFailure(thrown({ message: 'top secret' }), call).publicMessage).not.toContain('secret');
  expect(awsFailure('top secret', call).publicMessage).not.toContain('secret');
});

test('a failure that was understood below comes through as it is', () => {
  const known = new ProviderError('CREDENTIALS_UNUSABLE', 'no Secret');
  expect(awsFailure(known, call)).toBe(known);
});

test.each<Shape>([
  { $fault: 'client', status: 400 },
  { $fault: 'server', status: 500 },
  { $fault: 'client', status: 429 },
])('a name that whoever answers made up is cleaned like a text: %p', (shape) => {
  const { publicMessage } = awsFailure(thrown({ name: 'AKIAIOSFODNN7EXAMPLE', ...shape }), call);
  expect(publicMessage).toContain('(access key)');
  expect(publicMessage).not.toContain('AKIAIOSFODNN7EXAMPLE');
});

test.each([
  ['ThrottlingException', 'client'],
  ['InternalServiceError', 'server'],
] as const)('%s is passed on with how long AWS wants to be left alone', (name, $fault) => {
  const error = Object.assign(thrown({ name, $fault }), { $response: { headers: { 'retry-after': '3' } } });
  expect(awsFailure(error, call).retryAfterMs).toBe(3_000);
  expect(awsFailure(thrown({ name, $fault }), call).retryAfterMs).toBeUndefined();
});

test.each<[Shape, string]>([
  [{ name: 'SyntaxError', status: 200 }, 'answers with HTTP 200 and what is no answer of AWS'],
  [{ operation: 'GetSecretValue', status: 200 }, 'answered GetSecretValue without the content that AWS gives'],
  [{ name: 'Unknown', $fault: 'client', status: 404 }, 'answers with HTTP 404 and no error of AWS'],
  [{ code: 'HPE_INVALID_CONSTANT' }, 'does not answer in HTTP (HPE_INVALID_CONSTANT)'],
])('%p %s', (shape, words) => {
  expect(awsFailure(thrown(shape), call).publicMessage).toBe(`AWS Secrets Manager in region eu-central-1 ${words}`);
});
