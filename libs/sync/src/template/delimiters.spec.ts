import { DEFAULT_DELIMITERS, delimiterProblem } from './delimiters.ts';

test.each([
  [DEFAULT_DELIMITERS, undefined],
  [{ left: '<%', right: '%>' }, undefined],
  [{ left: '', right: '}}' }, 'the left delimiter is empty'],
  [{ left: '{{', right: '' }, 'the right delimiter is empty'],
  [{ left: '{ {', right: '}}' }, 'the left delimiter has white space in it'],
  [{ left: '{{', right: '}'.repeat(17) }, 'the right delimiter has more than 16 characters'],
  [{ left: '%%', right: '%%' }, 'both delimiters are the same'],
])('%j: %s', (delimiters, expected) => {
  expect(delimiterProblem(delimiters)).toBe(expected);
});
