import { ProviderError } from '@eso/api/server';
import { readBatchAnswer } from './batch-answer.ts';

const failureOf = (): ProviderError => new ProviderError('ACCESS_DENIED', 'no');
const secret = { name: 'db', arn: 'arn:db', tags: new Map<string, string>() };

test.each([
  { SecretValues: null, Errors: null },
  { SecretValues: {}, Errors: 'none' },
  { SecretValues: [null, 5], Errors: [null] },
])('an answer whose lists are none says nothing: %j', (answer) => {
  expect(readBatchAnswer(answer as object, failureOf).of(secret)).toBeUndefined();
});

test('an entry that is none hides no other', () => {
  const values = { SecretValues: [null, { Name: 'db', SecretString: 'v' }] };
  expect(readBatchAnswer(values as object, failureOf).of(secret)).toEqual({ value: { text: 'v', binary: undefined } });
  const errors = { Errors: [null, { SecretId: 'arn:db', ErrorCode: 'AccessDeniedException' }] };
  expect(readBatchAnswer(errors as object, failureOf).of(secret)).toMatchObject({ failure: { code: 'ACCESS_DENIED' } });
});
