import {
  admits,
  conditionsProblem,
  regexScopeOf,
  selectorMatchesLabels,
  unanchoredExpressions,
} from './namespace-admission.ts';

const prod = { name: 'prod', labels: { 'kubernetes.io/metadata.name': 'prod', tier: 'gold' } };

test.each([
  ['no conditions at all', undefined, true],
  ['an empty list', [], true],
  ['an entry with nothing in it [3.6.6]', [{}], false],
  ['its name', [{ namespaces: ['dev', 'prod'] }], true],
  ['other names', [{ namespaces: ['dev'] }], false],
  ['an empty selector [3.6.7]', [{ namespaceSelector: {} }], true],
  ['a selector for its labels', [{ namespaceSelector: { matchLabels: { tier: 'gold' } } }], true],
  ['a selector for other labels', [{ namespaceSelector: { matchLabels: { tier: 'iron' } } }], false],
  ['an expression for the whole name', [{ namespaceRegexes: ['pr.d'] }], true],
  ['an expression for a part of the name', [{ namespaceRegexes: ['ro'] }], false],
  ['an expression for the beginning', [{ namespaceRegexes: ['^pr'] }], false],
  ['an expression that does not compile', [{ namespaceRegexes: ['('] }], false],
  ['one that fits among others', [{ namespaces: ['dev'] }, { namespaceRegexes: ['x', 'p.*'] }], true],
  [
    'a selector that does not fit beside a name that does',
    [{ namespaceSelector: { matchLabels: { a: 'b' } }, namespaces: ['prod'] }],
    true,
  ],
])('%s [8.32]', (_name, conditions, expected) => {
  expect(admits(conditions, prod)).toBe(expected);
});

// ADR 0011: unanchored, "prod" would admit "not-prod-at-all".
test.each(['not-prod-at-all', 'prod-2', 'a-prod'])('prod does not admit %s [8.24]', (name) => {
  expect(admits([{ namespaceRegexes: ['prod', 'prod|x', '^prod|prod$'] }], { name, labels: {} })).toBe(name === 'prod');
});

test.each(['not-prod-at-all', 'prod-2', 'a-prod', 'pro'])(
  'prod of a ClusterSecretStore and %s, as upstream [8.24] [3.1.11]',
  (name) => {
    const conditions = [{ namespaceRegexes: ['prod'] }];
    expect(admits(conditions, { name, labels: {} }, regexScopeOf('ClusterSecretStore'))).toBe(name !== 'pro');
    expect(admits(conditions, { name, labels: {} }, regexScopeOf('ClusterProvider'))).toBe(false);
  },
);

test('expressions that look as if they meant the whole name are named with their place', () => {
  const conditions = [{ namespaceRegexes: ['^prod$', 'prod'] }, {}, { namespaceRegexes: ['^prod', '\\Aa\\z'] }];
  expect(unanchoredExpressions(conditions)).toEqual([
    'spec.conditions[0].namespaceRegexes[1]',
    'spec.conditions[2].namespaceRegexes[0]',
  ]);
});

test.each([
  [{ key: 'tier', operator: 'In', values: ['gold', 'iron'] }, true],
  [{ key: 'tier', operator: 'In', values: ['iron'] }, false],
  [{ key: 'zone', operator: 'In', values: ['a'] }, false],
  [{ key: 'tier', operator: 'NotIn', values: ['iron'] }, true],
  [{ key: 'tier', operator: 'NotIn', values: ['gold'] }, false],
  [{ key: 'zone', operator: 'NotIn', values: ['a'] }, true],
  [{ key: 'tier', operator: 'Exists' }, true],
  [{ key: 'zone', operator: 'Exists' }, false],
  [{ key: 'toString', operator: 'Exists' }, false],
  [{ key: 'zone', operator: 'DoesNotExist' }, true],
  [{ key: 'tier', operator: 'DoesNotExist' }, false],
  [{ key: 'tier', operator: 'Gt', values: ['1'] }, false],
])('expression %j', (expression, expected) => {
  expect(selectorMatchesLabels({ matchExpressions: [expression] }, prod.labels)).toBe(expected);
});

test('every label and every expression of a selector has to hold', () => {
  const exists = { key: 'tier', operator: 'Exists' };
  expect(selectorMatchesLabels({ matchLabels: { tier: 'gold' }, matchExpressions: [exists] }, prod.labels)).toBe(true);
  expect(
    selectorMatchesLabels({ matchLabels: { tier: 'gold', a: 'b' }, matchExpressions: [exists] }, prod.labels),
  ).toBe(false);
});

test('an expression that does not compile is named with its place', () => {
  expect(conditionsProblem([{ namespaceRegexes: ['a'] }, { namespaceRegexes: ['b', '(?=c)'] }])).toMatchObject({
    field: 'spec.conditions[1].namespaceRegexes[1]',
    what: 'not a valid RE2 expression',
  });
  expect(conditionsProblem([{ namespaceRegexes: ['a.*'] }])).toBeUndefined();
  expect(conditionsProblem(undefined)).toBeUndefined();
});

test('an expression that is too large is named with the bound, and admits nobody', () => {
  const conditions = [{ namespaceRegexes: ['(?i)(\\pL\\pN?){1000}'] }];
  expect(conditionsProblem(conditions)).toEqual({
    field: 'spec.conditions[0].namespaceRegexes[0]',
    what: 'it compiles to more than 5000 instructions',
    nextStep: 'Use a shorter expression, with smaller counts in its repetitions.',
  });
  expect(admits(conditions, prod)).toBe(false);
});

test('expressions that are too much together are named from where on, and admit nobody who comes after', () => {
  const many = Array.from({ length: 100 }, (_, i) => `([a-y]?){${i + 200}}[0-9]`);
  expect(conditionsProblem([{ namespaceRegexes: many }])).toMatchObject({
    field: expect.stringMatching(/^spec\.conditions\[0\]\.namespaceRegexes\[\d+\]$/) as string,
    what: 'all expressions up to this one take more than 20000000 steps',
  });
  expect(admits([{ namespaceRegexes: [...many, 'prod'] }], prod)).toBe(false);
});
