import fc from 'fast-check';
import { RE2JS } from 're2js';
import { programCost } from './program-cost.ts';

/** Instructions that the library really makes of it; undefined when it does not compile. */
function programSize(source: string): number | undefined {
  try {
    return RE2JS.compile(source).programSize();
  } catch {
    return undefined;
  }
}

test.each([
  ['a{1000}', 1002],
  ['([a-z]?){1000}', 4002],
  ['(?i)(\\pL\\pN?){100}', 502],
  ['(?:k1|k2|k3){5}', 42],
  ['((((a{9}){9}){9}){9})', 8_202],
])('%s is %d instructions at the most', (source, instructions) => {
  const { instructions: bound } = programCost(source);
  expect(bound).toBeGreaterThanOrEqual(programSize(source) ?? 0);
  expect(bound / instructions).toBeGreaterThan(0.9);
  expect(bound / instructions).toBeLessThan(2.1);
});

test.each([
  ['(\\pL){300}', 450_000, 1],
  ['[\\pL\\p{Greek}^x]{10}', 30_000, 2],
  ['(?i)\\PL\\pN', 3_000, 2],
  ['[[:alpha:]\\d]{1000}', 18_000, 0],
])('the classes of %s list %d ranges or little more', (source, ranges, unicodeClasses) => {
  const cost = programCost(source);
  expect(cost.ranges).toBeGreaterThanOrEqual(ranges);
  expect(cost.ranges).toBeLessThan(ranges * 1.1 + 10);
  expect(cost.unicodeClasses).toBe(unicodeClasses);
});

test.each([
  ['(?i)[\\x{100}-\\x{ffff}]', 0xff00],
  ['(?is)x[a-z\\x41-\\x5A]', 52],
  ['(?i:[А-я\\0-\\177])', 64 + 63],
  ['(?i)[^\\x{0}-\\x{10ffff}]', 0],
  ['(?i)[a\\]-]', 0],
  ['(?s)[\\x{100}-\\x{ffff}]', 0],
])('%s folds %d characters one by one', (source, folded) => {
  expect(programCost(source).folded).toBe(folded);
});

test('nothing that compiles is larger than was told', () => {
  const pieces = [
    ...['a', 'é', '.', '|', '(', '(?:', '(?i)', '(?s:', '(?P<n>', ')', ')', '*', '+', '?', '+?', '{3}', '{0,2}', '{2,}', '{,3}', '{'],
    ...['[a-z]', '[^a]', '[]a]', '[[:word:]\\pN-]', '\\d', '\\pL', '\\p{Lu}', '\\b', '^', '$', '\\Q.*\\E', '\\x{41}', '\\.', '\\\\', ''],
  ]; // prettier-ignore
  let compiled = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 14 }), (parts) => {
      const source = parts.join('');
      const size = programSize(source);
      if (size === undefined) return;
      compiled++;
      expect({ source, bound: programCost(source).instructions }).toEqual({
        source,
        bound: expect.any(Number) as number,
      });
      expect(programCost(source).instructions).toBeGreaterThanOrEqual(size);
    }),
    { numRuns: 20_000, seed: 7 },
  );
  expect(compiled).toBeGreaterThan(3_000);
});

test('what no parser accepts has an answer, too', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (source) => {
      expect(Number.isFinite(programCost(source).instructions)).toBe(true);
    }),
  );
  expect(programCost('(a{1000}){1000}'.repeat(200)).instructions).toBeGreaterThan(1e7);
  expect(programCost(`${'('.repeat(2000)}a${'){1000}'.repeat(200)}`).instructions).toBeGreaterThanOrEqual(1e12);
});
