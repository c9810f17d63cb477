import { syncErrorOf } from '../testing/failure.ts';
import { checkSecretLimits, MAX_SECRET_BYTES } from './limits.ts';

const sized = (sizes: Record<string, number>) =>
  new Map(Object.entries(sizes).map(([key, size]) => [key, new Uint8Array(size)]));

test.each<[Record<string, number>]>([
  [{ a: 0 }],
  [{ 'A-z_0.9': 1, '.dot': 1, ['x'.repeat(253)]: 1 }],
  [{ a: MAX_SECRET_BYTES }],
  [{ a: MAX_SECRET_BYTES / 2, b: MAX_SECRET_BYTES / 2 }],
])('what the API server takes passes', (sizes) => {
  expect(() => checkSecretLimits(sized(sizes), new Set())).not.toThrow();
});

test.each(['', '.', '..', '..data', 'a/b', 'é', 'a b', 'x'.repeat(254)])('key %j is refused [1.11.17]', (key) => {
  expect(syncErrorOf(() => checkSecretLimits(sized({ [key]: 1 }), new Set([key])))).toMatchObject({
    code: 'KEY_INVALID',
  });
});

test('too much is refused, naming the largest value and its size', () => {
  expect(
    syncErrorOf(() => checkSecretLimits(sized({ small: 2, large: MAX_SECRET_BYTES - 1 }), new Set(['large']))),
  ).toMatchObject({
    code: 'SECRET_TOO_LARGE',
    publicMessage: `the values have 1048577 bytes, a Secret can hold 1048576; the largest is "large" with 1048575 bytes`,
  });
});

test('keys that nobody wrote into the manifest may come from inside a secret, and are not named', () => {
  const invalid = syncErrorOf(() => checkSecretLimits(sized({ 'pässword-hunter2': 1, good: 1 }), new Set(['good'])));
  expect(invalid).toMatchObject({ code: 'KEY_INVALID', publicMessage: expect.stringContaining('1 of 2') as string });
  const large = syncErrorOf(() => checkSecretLimits(sized({ hunter2: MAX_SECRET_BYTES + 1 }), new Set()));
  expect(large).toMatchObject({
    code: 'SECRET_TOO_LARGE',
    publicMessage: expect.stringContaining('1048577') as string,
  });
  expect(`${invalid.publicMessage}${large.publicMessage}`).not.toContain('hunter2');
});
