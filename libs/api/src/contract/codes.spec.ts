import { Code } from '@connectrpc/connect';
import { type ErrorCodeInfo, errorCodes } from './codes.ts';

const all = Object.entries<ErrorCodeInfo>(errorCodes);
const named = (isOne: (info: ErrorCodeInfo) => boolean): string[] =>
  all.filter(([, info]) => isOne(info)).map(([code]) => code);

test('a retry helps against these, and against nothing else', () => {
  expect(named(({ retryable }) => retryable).sort()).toEqual([
    'BACKEND_THROTTLED',
    'BACKEND_UNAVAILABLE',
    'CIRCUIT_OPEN',
    'CONFLICT',
    'NO_CLIENT_CERTIFICATE',
    'PROVIDER_BUSY',
    'PROVIDER_UNREACHABLE',
    'TIMEOUT',
    'TLS_FAILED',
  ]);
});

test('no provider is believed when it says one of these', () => {
  expect(named(({ origin }) => origin === 'transport').sort()).toEqual([
    'ANSWER_BROKEN',
    'CIRCUIT_OPEN',
    'CLIENT_REJECTED',
    'NO_CLIENT_CERTIFICATE',
    'PROVIDER_UNREACHABLE',
    'RESPONSE_TOO_LARGE',
    'TLS_EXPIRED',
    'TLS_FAILED',
    'TLS_NAME_MISMATCH',
    'TLS_UNTRUSTED',
  ]);
});

test('NotFound is an absent secret and nothing else', () => {
  expect(named(({ grpc }) => grpc === Code.NotFound)).toEqual(['SECRET_NOT_FOUND']);
});
