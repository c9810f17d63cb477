import { percentile } from './percentile.ts';
import { wholeNumber } from './scenario.ts';

test.each([
  [[], 99, 0],
  [[7], 99, 7],
  [[3, 1, 2], 50, 2],
  [Array.from({ length: 100 }, (_, index) => index + 1), 99, 99],
  [Array.from({ length: 101 }, (_, index) => index + 1), 99, 100],
])('percentile of %p at %i is %i', (values, percent, expected) => expect(percentile(values, percent)).toBe(expected));

test('a whole number among the options is in its range, or the option is named', () => {
  const range = { fallback: 10, min: 2, max: 20 };
  expect(wholeNumber({}, 'seconds', range)).toBe(10);
  expect(wholeNumber({ seconds: '20' }, 'seconds', range)).toBe(20);
  for (const seconds of ['1', '21', '2.5', 'many', ''])
    expect(() => wholeNumber({ seconds }, 'seconds', range)).toThrow('--seconds takes a whole number from 2 to 20');
});
