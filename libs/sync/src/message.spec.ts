import { SyncError, withField } from './error.ts';
import { conditionMessage, eventMessage } from './message.ts';

const error = new SyncError({
  code: 'KEY_INVALID',
  field: 'spec.data[0]',
  what: 'the key is bad.',
  nextStep: 'Use another key.',
});

test('a condition says prefix, field, what, code, next step', () => {
  expect(conditionMessage('could not update secret', error)).toBe(
    'could not update secret: spec.data[0]: the key is bad [KEY_INVALID]. Use another key.',
  );
  expect(eventMessage(error)).toBe('spec.data[0]: the key is bad [KEY_INVALID]. Use another key.');
});

test("a clause of the contract's becomes a sentence", () => {
  const problem = { code: 'X', publicMessage: 'boom', nextStep: 'create the secret' };
  expect(eventMessage(problem)).toBe('boom [X]. Create the secret.');
});

test('field and next step may be absent, as on errors of providers', () => {
  expect(conditionMessage('p', { code: 'X', publicMessage: 'boom' })).toBe('p: boom [X].');
});

test('however long the explanation is, the next step is there', () => {
  const message = conditionMessage('p', { code: 'KEY_INVALID', publicMessage: 'é'.repeat(9000), nextStep: 'Do this.' });
  expect(message).toMatch(/… \[KEY_INVALID\]\. Do this\.$/);
  expect(Buffer.byteLength(message)).toBeLessThanOrEqual(1024);
});

test('what is no SyncError becomes one, with its cause', () => {
  const cause = new TypeError('bang');
  const wrapped = withField(cause, 'spec.dataFrom[0]', 'while testing: ');
  expect(wrapped).toMatchObject({ code: 'UNEXPECTED', field: 'spec.dataFrom[0]', cause });
  expect(wrapped.publicMessage).toBe('while testing: bang');
});
