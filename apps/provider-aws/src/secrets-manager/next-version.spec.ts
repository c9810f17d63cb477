import { FIRST_VERSION, nextVersion } from './next-version.ts';

test('who saw the same versions asks for the same one next, in whatever order they came', () => {
  const seen = nextVersion({ a: ['AWSCURRENT', 'mine'], b: ['AWSPREVIOUS'] });
  expect(nextVersion({ b: ['AWSPREVIOUS'], a: ['mine', 'AWSCURRENT'] })).toBe(seen);
  expect(seen).toMatch(/^[\da-f]{8}-[\da-f]{4}-8[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}$/);
});

test('any change of versions or labels leads to another one', () => {
  const all = [
    { a: ['AWSCURRENT'] },
    { a: ['AWSCURRENT'], b: ['AWSPREVIOUS'] },
    { a: ['AWSPREVIOUS'], b: ['AWSCURRENT'] },
    { a: ['AWSCURRENT'], c: ['AWSPREVIOUS'] },
    { a: ['AWSCURRENT', 'AWSPENDING'] },
    {},
  ].map(nextVersion);
  expect(new Set(all).size).toBe(all.length);
  expect(all.at(-1)).toBe(FIRST_VERSION);
});
