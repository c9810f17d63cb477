import { coarseCapabilities, type Feature, isFeature, isSpoken } from './features.ts';

test.each<[Feature[], string | undefined]>([
  [['get'], 'ReadOnly'],
  [['findByTags', 'metadata'], 'ReadOnly'],
  [['push', 'delete', 'exists'], 'WriteOnly'],
  [['map', 'push'], 'ReadWrite'],
  [['generate'], undefined],
  [[], undefined],
])('%j is %p in one word [V1.1.3]', (set, coarse) => {
  expect(coarseCapabilities(set)).toBe(coarse);
});

test('only names of the contract are features', () => {
  expect(['get', 'generate', 'Get', 'constructor', ''].map(isFeature)).toEqual([true, true, false, false, false]);
});

test.each([
  [1, 1, 1, 1, true],
  [1, 3, 2, 2, true],
  [2, 3, 1, 2, true],
  [2, 3, 1, 1, false],
  [1, 1, 2, 3, false],
])('%i to %i beside %i to %i: %p', (min, max, ownMin, ownMax, spoken) => {
  expect(isSpoken({ min, max }, { min: ownMin, max: ownMax })).toBe(spoken);
});
