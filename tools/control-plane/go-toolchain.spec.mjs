import { isNewEnough } from './go-toolchain.mjs';

test.each([
  ['go1.26', true],
  ['go1.26.8', true],
  ['go1.27rc1', true],
  ['go1.25.12', false],
  ['go1.9', false],
  ['devel +abc', false],
])('%s can build Kubernetes: %s', (version, expected) => {
  expect(isNewEnough(version)).toBe(expected);
});
