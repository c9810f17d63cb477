import fc from 'fast-check';
import { compareResourceVersions } from './resource-version.ts';

test('compares as numbers do, beyond what a number holds', () => {
  const version = fc.bigInt({ min: 0n, max: 2n ** 70n });
  fc.assert(
    fc.property(version, version, (a, b) => {
      const expected = a < b ? -1 : a > b ? 1 : 0;
      expect(Math.sign(compareResourceVersions(String(a), String(b)))).toBe(expected);
    }),
  );
});

test('what was never read is older than everything', () => {
  expect(compareResourceVersions('', '1')).toBeLessThan(0);
  expect(compareResourceVersions('9', '')).toBeGreaterThan(0);
  expect(compareResourceVersions('', '')).toBe(0);
});
