import { CodedError } from './coded-error.ts';
import { RuntimeError } from './error.ts';
import { WorkerError } from './worker/error.ts';

test('what may be shown is one line of which everything is seen, and bounded', () => {
  const { message, publicMessage } = new CodedError('X', `a\nb\u202e${'c'.repeat(2_000)}`);
  expect(message).toHaveLength(2_004);
  expect(publicMessage).toMatch(/^a bc+…$/);
  expect(Buffer.byteLength(publicMessage)).toBe(1_024);
});

test('a public text of its own is taken as it is', () => {
  expect(new CodedError('X', 'with a value: hunter2', { publicMessage: 'no value' }).publicMessage).toBe('no value');
});

test('whatever else was thrown is told without its text, which stays with the cause', () => {
  const cause = new TypeError('hunter2');
  const error = CodedError.from(cause);
  expect(error).toMatchObject({ code: 'UNEXPECTED', retryable: false, cause });
  expect(`${error.message}${error.publicMessage}`).not.toContain('hunter2');
});

test('an error of a library is one of these, and stays what it is', () => {
  const error = new RuntimeError('LISTEN_FAILED', 'in use', { retryable: true });
  expect(CodedError.from(error)).toBe(error);
  expect(error).toMatchObject({
    name: 'RuntimeError',
    code: 'LISTEN_FAILED',
    retryable: true,
    publicMessage: 'in use',
  });
  expect('cause' in error).toBe(false);
});

test.each([
  ['BUSY', true],
  ['FAILED', true],
  ['TIMEOUT', false],
  ['MEMORY', false],
  ['CLOSED', false],
] as const)('a job that ended with %s may succeed by itself: %p', (code, retryable) => {
  expect(new WorkerError(code, 'x')).toMatchObject({ retryable });
});
