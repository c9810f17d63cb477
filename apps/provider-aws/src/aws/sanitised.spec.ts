import { sanitised } from './sanitised.ts';

test.each([
  ['Denied, request id: 7f3c-11', 'Denied'],
  ['Denied (Request ID: 7f3c-11). Ask again', 'Denied. Ask again'],
  ['Denied RequestId: 7f3c-11', 'Denied'],
  ['Wrong Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu/secretsmanager, SignedHeaders=host\nnext', 'Wrong\nnext'],
  ['AWS4-HMAC-SHA256 credential=demo/20260101', 'AWS4-HMAC-SHA256'],
  ['key_AKIAIOSFODNN7EXAMPLE_x', 'key_(access key)_x'],
  ['key AKIAIOSFODNN7EXAMPLE of ASIAIOSFODNN7EXAMPLE', 'key (access key) of (access key)'],
  ['Token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln expired', 'Token (token) expired'],
])('%s [V2.5.1]', (text, kept) => {
  expect(sanitised(text)).toBe(kept);
});

test('of a text without end no more is looked at than is ever shown', () => {
  expect(sanitised(`${' '.repeat(10)}${'x'.repeat(3_000)} request id: 1`)).toHaveLength(2_048 - 10);
});

test('keeps who may not do what', () => {
  const text =
    'User: arn:aws:iam::123456789012:user/app is not authorized to perform: secretsmanager:GetSecretValue on resource: db';
  expect(sanitised(text)).toBe(text);
});
