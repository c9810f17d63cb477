import { ProviderError } from './provider-error.ts';

const cause = new Error('below');
const error = new ProviderError('BACKEND_THROTTLED', 'too many', {
  field: 'spec.auth',
  nextStep: 'wait',
  retryable: false,
  retryAfterMs: 500,
  backend: { code: 'Throttling', requestId: 'r-1' },
  cause,
});

test('told of another field it is the same failure, down to what only the log shows', () => {
  expect(error.at('spec.provider.aws.auth')).toMatchObject({
    field: 'spec.provider.aws.auth',
    code: 'BACKEND_THROTTLED',
    message: 'too many',
    publicMessage: 'too many',
    nextStep: 'wait',
    retryable: false,
    retryAfterMs: 500,
    backend: { code: 'Throttling', requestId: 'r-1' },
    cause,
  });
});

test('told of its own field it is itself, as those who know it by identity expect', () => {
  expect(error.at('spec.auth')).toBe(error);
});
