import { Fuel, FuelSpent } from '@eso/runtime';
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { compileRegexp, regexpCacheUse } from './compile.ts';
import { RegexpError } from './error.ts';
import { regexpLimits } from './limits.ts';

function isRegexp(source: string): boolean {
  try {
    RE2JS.compile(source);
    return true;
  } catch {
    return false;
  }
}

const fuel = (): Fuel => new Fuel(Infinity);

function refusal(source: string): RegexpError {
  try {
    compileRegexp(source, fuel());
  } catch (error) {
    if (error instanceof RegexpError) return error;
    throw error;
  }
  throw new Error('it compiles');
}

test.each([
  ['a'.repeat(4097), 'it is longer than 4096 bytes'],
  ['é'.repeat(2049), 'it is longer than 4096 bytes'],
  ['([a-z]?){1000}'.repeat(20), 'it compiles to more than 5000 instructions'],
  ['(?i)(\\pL\\pN?){1000}', 'it compiles to more than 5000 instructions'],
  ['(?:[\\pL\\pN]){400}', 'its classes list more than 500000 ranges of characters'],
  ['\\pL'.repeat(101), 'it has more than 100 Unicode classes'],
  ['(?i)' + '[\\x{100}-\\x{ffff}]'.repeat(8), 'the ranges of its classes, folded, have more than 500000 characters'],
  [`(((a{1000}){1000}){1000}`, 'it compiles to more than 5000 instructions'],
])('%.20s… is refused before it is compiled', (source, problem) => {
  const spent = fuel();
  expect(() => compileRegexp(source, spent)).toThrow(RegexpError);
  expect(spent.spent).toBe(0);
  expect(refusal(source)).toMatchObject({ code: 'REGEXP_TOO_LARGE', message: problem });
});

test.each(['(', '(?=a)', '(a)\\1', '[z-a]', '(?<!x)a', 'a**'])('%s is no RE2 syntax', (source) => {
  expect(refusal(source)).toMatchObject({
    code: 'INVALID_REGEXP',
    message: expect.stringMatching(/^it does not compile: /) as string,
  });
});

test.each(['^prod/(.*)$', '[^a-z0-9]+', '(?i)db-(user|password)', '\\pL{1,63}', '(\\w+/){3}.*', '.{0,253}', 'a'.repeat(4096)])(
  '%.30s is an ordinary expression',
  (source) => expect(compileRegexp(source, fuel()).source).toBe(source),
); // prettier-ignore

test('compiling is paid for once', () => {
  const first = fuel();
  compileRegexp('paid(once)', first);
  expect(first.spent).toBeGreaterThan(0);
  const again = fuel();
  compileRegexp('paid(once)', again);
  expect(again.spent).toBe(0);
});

test('a refusal is remembered', () => {
  const { entries } = regexpCacheUse();
  for (let i = 0; i < 3; i++) refusal('(remembered');
  expect(regexpCacheUse().entries).toBe(entries + 1);
});

test('what cannot be paid for is not compiled', () => {
  expect(() => compileRegexp('(x?){500}', new Fuel(1_000))).toThrow(FuelSpent);
});

test('what is kept is bounded in bytes, and the latest stay', () => {
  for (let i = 0; i < 40; i++) compileRegexp(`(${i}?){500}`, fuel());
  expect(regexpCacheUse().bytes).toBeLessThanOrEqual(regexpLimits.cacheBytes);
  const again = fuel();
  compileRegexp('(39?){500}', again);
  expect(again.spent).toBe(0);
  compileRegexp('(0?){500}', again);
  expect(again.spent).toBeGreaterThan(0);
});

describe('a search', () => {
  test('is paid for by program and text', () => {
    const small = compileRegexp('[ab]c', fuel());
    const large = compileRegexp('([ab]?){100}c', fuel());
    const cost = (expression: typeof small, length: number): number => {
      const spent = fuel();
      expression.test('a'.repeat(length), spent);
      return spent.spent;
    };
    expect(cost(small, 2000) / cost(small, 1000)).toBeCloseTo(2, 0);
    expect(cost(large, 1000) / cost(small, 1000)).toBeGreaterThan(50);
  });

  test('that cannot be paid for is not made', () => {
    const expression = compileRegexp('([a-z]?){100}[0-9]', fuel());
    const spent = new Fuel(100_000);
    expect(() => expression.test('a'.repeat(1000), spent)).toThrow(FuelSpent);
    expect(() => expression.matchesWhole('a'.repeat(1000), spent)).toThrow(FuelSpent);
    expect(() => expression.find('a'.repeat(1000), 0, spent)).toThrow(FuelSpent);
  });

  test('agrees with the other engine of the library, and its matches with each other', () => {
    const pieces = [
      'a',
      'b',
      '[ab]',
      '[^a]',
      '.',
      '(a|b)',
      '(?:ab)',
      '^',
      '$',
      '\\b',
      'a*',
      'b+?',
      '(ab){2}',
      'a{0,2}',
      '|',
    ];
    const texts = fc.string({ unit: fc.constantFrom('a', 'b', ' ', 'é', '😀'), maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 6 }), texts, (parts, text) => {
        const source = parts.join('');
        fc.pre(isRegexp(source));
        const expression = compileRegexp(source, fuel());
        const found = expression.test(text, fuel());
        expect(found).toBe(RE2JS.compile(source).test(text));
        expect(expression.find(text, 0, fuel()) !== undefined).toBe(found);
        if (expression.matchesWhole(text, fuel())) expect(found).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });

  test('finds what Go finds', () => {
    const expression = compileRegexp('(?P<first>a+)(b)?', fuel());
    expect(expression.groupNames).toEqual(expect.objectContaining({ first: 1 }));
    expect(expression.find('xaay', 0, fuel())).toEqual([{ start: 1, end: 3 }, { start: 1, end: 3 }, undefined]);
    expect(expression.find('xaay', 3, fuel())).toBeUndefined();
    expect(expression.test('xaay', fuel())).toBe(true);
    expect(expression.matchesWhole('xaay', fuel())).toBe(false);
    expect(expression.matchesWhole('aab', fuel())).toBe(true);
  });
});
