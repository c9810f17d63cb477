import { retryHintMs } from './retry-hint.ts';

test.each([
  [{ 'Retry-After': '2' }, 2_000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'x-amz-retry-after': '1500' }, 1_500],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after': '-1' }, undefined],
  [{ 'retry-after': ['1'] }, undefined],
  [{}, undefined],
  [undefined, undefined],
])('headers %j ask for a pause of %p ms', (headers, pauseMs) => {
  expect(retryHintMs({ $response: { headers } })).toBe(pauseMs);
});

test('an error without a response asks for nothing', () => {
  expect(retryHintMs({})).toBeUndefined();
});
