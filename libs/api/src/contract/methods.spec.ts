import { Code } from '@connectrpc/connect';
import { GeneratorProvider } from '../gen/generator/v1/generator_pb.js';
import { Health } from '../gen/grpc/health/v1/health_pb.js';
import { SecretStoreProvider } from '../gen/provider/v1/provider_pb.js';
import { mayRetry, methodPath, type RetryRule, retryRule } from './methods.ts';

test.each([...SecretStoreProvider.methods, ...GeneratorProvider.methods].map((method) => [methodPath(method), method]))(
  '%s has a rule',
  (path, method) => {
    const expected: Record<string, RetryRule> = {
      PushSecret: 'unprocessedOnly',
      Generate: 'unprocessedOnly',
      DeleteSecret: 'idempotentWrite',
      Cleanup: 'idempotentWrite',
    };
    expect(retryRule(method)).toBe(expected[path.split('/')[2] ?? ''] ?? 'read');
  },
);

test('a method nobody has thought of is not repeated', () => {
  expect(retryRule(Health.method.check)).toBe('unprocessedOnly');
});

test.each<[RetryRule, Code, boolean, boolean]>([
  ['read', Code.Unavailable, false, true],
  ['read', Code.DeadlineExceeded, false, true],
  ['read', Code.Internal, false, false],
  ['read', Code.Unknown, false, false],
  ['idempotentWrite', Code.Aborted, false, true],
  ['idempotentWrite', Code.DeadlineExceeded, false, false],
  ['unprocessedOnly', Code.Unavailable, false, false],
  ['unprocessedOnly', Code.Internal, true, true],
])('%s after status %i (never processed: %s)', (rule, status, unprocessed, expected) => {
  expect(mayRetry(rule, status, unprocessed)).toBe(expected);
});
