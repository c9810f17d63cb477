import { answerBytes } from './answer-bytes.ts';

const value = new Uint8Array(100_000);

test.each<[string, object, number]>([
  ['a value', { value }, 100_000],
  ['a map', { secrets: { a: value, b: value } }, 200_000],
  [
    'outcomes of a batch',
    { outcomes: [{ outcome: { case: 'value', value } }, { outcome: { case: 'value', value } }] },
    200_000,
  ],
  ['texts', { warnings: ['a', 'b'] }, 0],
])('of %s', (_what, answer, bytes) => {
  expect(answerBytes(answer)).toBe(1_024 + bytes);
});
