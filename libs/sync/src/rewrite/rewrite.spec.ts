import type { ExternalSecretRewrite } from '@eso/api/resources';
import { failure } from '../testing/failure.ts';
import { rewrite, type RewriteOptions } from './rewrite.ts';

const data = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)]));

const run = (
  entries: Record<string, string>,
  operations: ExternalSecretRewrite[],
  options?: RewriteOptions,
): Record<string, string> =>
  Object.fromEntries(
    [...rewrite(data(entries), operations, options)].map(([key, value]) => [key, Buffer.from(value).toString()]),
  );

const regexp = (source: string, target: string): ExternalSecretRewrite => ({ regexp: { source, target } });

describe('regexp', () => {
  test('operations follow each other', () => {
    expect(run({ 'prod/db/user': 'a', 'prod/db/pass': 'b' }, [regexp('prod/', ''), regexp('/', '_')])).toEqual({
      db_user: 'a',
      db_pass: 'b',
    });
  });

  test('without an operation nothing changes', () => {
    expect(run({ a: '1' }, [])).toEqual({ a: '1' });
  });

  test.each(['(', '(?=a)', '(a)\\1', '[z-a]', '(?<!x)a'])('%s does not compile', (source) => {
    const error = failure(() => run({ a: '1' }, [regexp('x', 'y'), regexp(source, '')], { field: 'spec.dataFrom[0]' }));
    expect(error).toMatchObject({ code: 'INVALID_REGEXP', field: 'spec.dataFrom[0].rewrite[1].regexp.source' });
    expect(error.publicMessage).toMatch(/^failed rewrite operation\[1\]: regexp failed with failed to compile: /);
    expect(error.nextStep).toContain('RE2');
  });

  test('two keys with different values may not become one', () => {
    expect(failure(() => run({ a1: 'x', a2: 'y' }, [regexp('\\d', '')]))).toMatchObject({
      code: 'KEY_COLLISION',
      publicMessage: 'failed rewrite operation[0]: two keys with different values are both rewritten to a',
    });
    expect(run({ a1: 'x', a2: 'x' }, [regexp('\\d', '')])).toEqual({ a: 'x' });
  });

  test('an expression that blows up elsewhere takes linear time', () => {
    expect(run({ ['a'.repeat(5000)]: 'x' }, [regexp('(a+)+$', 'b')])).toEqual({ b: 'x' });
  });
});

describe('merge', () => {
  const merge = (operation: NonNullable<ExternalSecretRewrite['merge']>): ExternalSecretRewrite[] => [
    { merge: operation },
  ];

  test.each<[string, Record<string, string>, NonNullable<ExternalSecretRewrite['merge']>, Record<string, string>]>([
    ['each property becomes a key', { a: '{"x":"1"}', b: '{"y":"2"}' }, {}, { x: '1', y: '2' }],
    [
      'values keep their kind',
      { a: '{"s":"t<>&","n":1e3,"f":1.50,"t":true,"z":null,"o":{"b":1,"a":[1, 2]},"l":[ ]}' },
      { strategy: 'Extract' },
      { s: 't<>&', n: '1000', f: '1.5', t: 'true', z: '', o: '{"a":[1,2],"b":1}', l: '[]' },
    ],
    [
      'large numbers lose their exponent',
      { a: '{"n":1e21,"m":1e-7}' },
      {},
      { n: `1${'0'.repeat(21)}`, m: '0.0000001' },
    ],
    ['null is an empty object', { a: 'null', b: '{"y":"2"}' }, {}, { y: '2' }],
    [
      'later keys win in alphabetical order',
      { b: '{"x":"b"}', a: '{"x":"a"}' },
      { conflictPolicy: 'Ignore' },
      { x: 'b' },
    ],
    [
      'priority keys win over others, the last one most',
      { a: '{"x":"a"}', b: '{"x":"b"}', c: '{"x":"c"}' },
      { conflictPolicy: 'Ignore', priority: ['b', 'a'] },
      { x: 'a' },
    ],
    [
      'a missing priority key may be ignored',
      { a: '{"x":"a"}' },
      { priority: ['nope', 'a'], priorityPolicy: 'IgnoreNotFound' },
      { x: 'a' },
    ],
    [
      'JSON keeps the originals and sorts the properties',
      { b: '{"z":"<&>"}', a: '{"y":{"d":1,"c":null}}' },
      { strategy: 'JSON', into: 'all' },
      { b: '{"z":"<&>"}', a: '{"y":{"d":1,"c":null}}', all: '{"y":{"c":null,"d":1},"z":"<&>"}' },
    ],
    ['JSON overwrites the key it writes', { a: '{"x":1}' }, { strategy: 'JSON', into: 'a' }, { a: '{"x":1}' }],
    [
      'JSON writes line separators as Go does',
      { a: '{"x":"\u2028\u2029"}' },
      { strategy: 'JSON', into: 'o' },
      { a: '{"x":"\u2028\u2029"}', o: '{"x":"\\u2028\\u2029"}' },
    ],
    [
      'a property named __proto__ is one like any other',
      { a: '{"__proto__":"p"}' },
      {},
      JSON.parse('{"__proto__":"p"}'),
    ],
  ])('%s', (_name, entries, operation, expected) => {
    expect(run(entries, merge(operation))).toEqual(expected);
  });

  test.each<[string, Record<string, string>, NonNullable<ExternalSecretRewrite['merge']>, RegExp]>([
    ['text', { a: 'hunter2' }, {}, /^merge failed with failed to unmarshal JSON: key "a": it is not valid JSON$/],
    ['a byte order mark', { a: '\uFEFF{}' }, {}, /not valid JSON$/],
    ['an array', { a: '[1]' }, {}, /an array, not an object$/],
    ['a string', { a: '"x"' }, {}, /a string, not an object$/],
    ['a number', { a: '1' }, {}, /a number, not an object$/],
    ['a missing priority key', { a: '{}' }, { priority: ['b'] }, /^merge failed with key "b" not found in input map$/],
    ['no key to write to', { a: '{}' }, { strategy: 'JSON' }, /^merge failed with missing 'into' field$/],
    ['an empty key to write to', { a: '{}' }, { strategy: 'JSON', into: '' }, /missing 'into' field$/],
    ['conflicts', { a: '{"y":1,"x":1,"w":1}', b: '{"x":2,"y":2}' }, {}, /^merge failed with conflicts: x, y$/],
    ['an abyss', { a: `{"x":${'['.repeat(5000)}${']'.repeat(5000)}}` }, {}, /nested deeper than 1000 levels$/],
  ])('%s is refused, and no value is quoted', (_name, entries, operation, expected) => {
    const error = failure(() => run(entries, merge(operation), { field: 'spec.dataFrom[2]' }));
    expect(error).toMatchObject({ code: 'REWRITE_FAILED', field: 'spec.dataFrom[2].rewrite[0].merge' });
    expect(error.publicMessage.replace('failed rewrite operation[0]: ', '')).toMatch(expected);
    expect(error.publicMessage + error.message).not.toContain('hunter2');
  });
});

describe('transform', () => {
  const operation: ExternalSecretRewrite[] = [{ transform: { template: '{{ .value | upper }}' } }];

  test('the renderer makes the keys', () => {
    expect(run({ a: '1' }, operation, { renderTransform: (_template, key) => key.toUpperCase() })).toEqual({ A: '1' });
  });

  test('without a renderer it is answered as not built yet', () => {
    expect(failure(() => run({ a: '1' }, operation))).toMatchObject({
      code: 'NOT_BUILT_YET',
      field: 'spec.rewrite[0].transform',
    });
  });

  test('a template that fails is named', () => {
    const renderTransform = (): string => {
      throw new Error('failed to parse template: unclosed action');
    };
    expect(failure(() => run({ a: '1' }, operation, { renderTransform }))).toMatchObject({
      code: 'REWRITE_FAILED',
      field: 'spec.rewrite[0].transform.template',
      publicMessage: 'failed rewrite operation[0]: transform failed with failed to parse template: unclosed action',
    });
  });
});
