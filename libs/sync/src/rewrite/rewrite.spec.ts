import type { ExternalSecretRewrite } from '@eso/api/resources';
import { Fuel, FuelSpent } from '@eso/runtime';
import { syncErrorOf } from '../testing/failure.ts';
import { rewriteData, type RewriteOptions } from './rewrite.ts';

const data = (entries: Record<string, string>) =>
  new Map(Object.entries(entries).map(([key, value]) => [key, Buffer.from(value)]));

const run = (
  entries: Record<string, string>,
  operations: ExternalSecretRewrite[],
  options: Partial<RewriteOptions> = {},
): Record<string, string> =>
  Object.fromEntries(
    [
      ...rewriteData(data(entries), operations, {
        fuel: new Fuel(Infinity),
        field: 'spec',
        names: 'public',
        ...options,
      }),
    ].map(([key, value]) => [key, Buffer.from(value).toString()]),
  );

const regexp = (source: string, target: string): ExternalSecretRewrite => ({ regexp: { source, target } });

describe('regexp', () => {
  test('operations follow each other, and expressions match within a key [1.11.25] [8.24]', () => {
    expect(run({ 'prod/db/user': 'a', 'prod/db/pass': 'b' }, [regexp('prod/', ''), regexp('/', '_')])).toEqual({
      db_user: 'a',
      db_pass: 'b',
    });
  });

  test('without an operation nothing changes', () => {
    expect(run({ a: '1' }, [])).toEqual({ a: '1' });
  });

  test.each(['(', '(?=a)', '(a)\\1', '[z-a]', '(?<!x)a'])('%s does not compile [1.11.29] [8.61]', (source) => {
    const error = syncErrorOf(() =>
      run({ a: '1' }, [regexp('x', 'y'), regexp(source, '')], { field: 'spec.dataFrom[0]' }),
    );
    expect(error).toMatchObject({ code: 'INVALID_REGEXP', field: 'spec.dataFrom[0].rewrite[1].regexp.source' });
    expect(error.publicMessage).toMatch(/^failed rewrite operation\[1\]: regexp failed with failed to compile: /);
    expect(error.nextStep).toContain('RE2');
  });

  test('two keys with different values may not become one [1.11.30]', () => {
    expect(syncErrorOf(() => run({ a1: 'x', a2: 'y' }, [regexp('\\d', '')]))).toMatchObject({
      code: 'KEY_COLLISION',
      field: 'spec.rewrite[0].regexp',
      publicMessage:
        'failed rewrite operation[0]: the expression "\\\\d" gives 1 of 2 keys a name that another key with a different value has',
    });
    expect(run({ a1: 'x', a2: 'x' }, [regexp('\\d', '')])).toEqual({ a: 'x' });
  });

  test('an expression that blows up elsewhere takes linear time', () => {
    expect(run({ ['a'.repeat(5000)]: 'x' }, [regexp('(a+)+$', 'b')])).toEqual({ b: 'x' });
  });
});

describe('nothing is lost', () => {
  test('a key of which nothing is left is an error that says which expression and how many [1.11.14]', () => {
    const error = syncErrorOf(() => run({ 'prod/': '1', 'prod/db': '2', 'x/': '3' }, [regexp('[a-z]+/', '')]));
    expect(error).toMatchObject({
      code: 'KEY_EMPTY',
      field: 'spec.rewrite[0].regexp',
      publicMessage: 'failed rewrite operation[0]: the expression "[a-z]+/" leaves nothing of 2 of 3 keys',
    });
    expect(error.message).not.toContain('prod');
  });

  test('a name that was empty before stays so', () => {
    expect(run({ '': '1', a: '2' }, [regexp('a', 'b')])).toEqual({ '': '1', b: '2' });
  });
});

describe('growth is bounded after every step', () => {
  const doubling = regexp('(.*)', '$1$1');
  const error = (entries: Record<string, string>, operations: ExternalSecretRewrite[]) =>
    syncErrorOf(() => run(entries, operations));

  test('a key that doubles ends at the first step that makes it too long', () => {
    expect(error({ a: '1' }, Array<ExternalSecretRewrite>(24).fill(doubling))).toMatchObject({
      code: 'DATA_TOO_LARGE',
      field: 'spec.rewrite[10].regexp',
      publicMessage: 'failed rewrite operation[10]: the expression "(.*)" makes a key of more than 1024 bytes',
    });
    expect(Object.keys(run({ a: '1' }, Array<ExternalSecretRewrite>(10).fill(doubling)))[0]).toHaveLength(1024);
  });

  test('a long replacement for each of many matches ends in the middle', () => {
    const target = 'x'.repeat(100_000);
    const spent = new Fuel(Infinity);
    expect(syncErrorOf(() => run({ ['a'.repeat(1000)]: '1' }, [regexp('a', target)], { fuel: spent })).code).toBe(
      'DATA_TOO_LARGE',
    );
    expect(spent.spent).toBeLessThan(100_000);
  });

  test('bytes count, not characters', () => {
    expect(error({ ['é'.repeat(300)]: '1' }, [doubling]).code).toBe('DATA_TOO_LARGE');
  });

  test('a merge into a new key, again and again', () => {
    const large = JSON.stringify({ x: 'v'.repeat(1_000_000) });
    const merges = Array.from({ length: 30 }, (_, i): ExternalSecretRewrite => ({
      merge: { strategy: 'JSON', into: `k${i}`, conflictPolicy: 'Ignore' },
    }));
    expect(error({ a: large }, merges)).toMatchObject({
      code: 'DATA_TOO_LARGE',
      field: 'spec.rewrite[15].merge',
      publicMessage: 'failed rewrite operation[15]: more than 16777216 bytes of keys and values',
    });
  });

  test('a document with very many properties', () => {
    const many = JSON.stringify(Object.fromEntries(Array.from({ length: 10_001 }, (_, i) => [`k${i}`, 1])));
    expect(error({ a: many }, [{ merge: {} }])).toMatchObject({
      code: 'DATA_TOO_LARGE',
      publicMessage: 'failed rewrite operation[0]: 10001 keys, more than 10000',
    });
  });
});

describe('work is paid for', () => {
  const keys = (count: number, length: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [`${i}`.padStart(length, 'a'), '1']));
  const cost = (entries: Record<string, string>, operations: ExternalSecretRewrite[]): number => {
    const fuel = new Fuel(Infinity);
    run(entries, operations, { fuel });
    return fuel.spent;
  };

  test('what ends says where', () => {
    const hostile = regexp(`${'([a-z]?){100}'.repeat(9)}[0-9]`, '$0');
    const run120 = () =>
      run(keys(120, 248), [regexp('x', 'y'), hostile], { fuel: new Fuel(20_000_000), field: 'spec.dataFrom[4]' });
    expect(run120).toThrow(FuelSpent);
    expect(run120).toThrow(expect.objectContaining({ field: 'spec.dataFrom[4].rewrite[1]' }) as Error);
  });

  test('ordinary rewrites cost little, and in proportion', () => {
    const ordinary = [regexp('^prod/(.*)$', '$1'), regexp('[^a-z0-9]+', '_')];
    cost(keys(1, 20), ordinary);
    expect(cost(keys(100, 20), ordinary)).toBeLessThan(10_000_000);
    expect(cost(keys(200, 20), ordinary) / cost(keys(100, 20), ordinary)).toBeCloseTo(2, 1);
  });

  test('reading JSON costs its bytes', () => {
    const merge: ExternalSecretRewrite[] = [{ merge: {} }];
    const of = (length: number) => cost({ a: JSON.stringify({ x: 'v'.repeat(length) }) }, merge);
    expect(of(200_000) / of(100_000)).toBeCloseTo(2, 1);
  });
});

describe('what is told', () => {
  test('an expression that is too large is named with its bound', () => {
    expect(
      syncErrorOf(() => run({ a: '1' }, [regexp('([a-z]?){1000}'.repeat(20), '')], { field: 'spec.dataFrom[0]' })),
    ).toMatchObject({
      code: 'REGEXP_TOO_LARGE',
      field: 'spec.dataFrom[0].rewrite[0].regexp.source',
      publicMessage:
        'failed rewrite operation[0]: regexp failed with failed to compile: it compiles to more than 5000 instructions',
    });
  });

  test('keys that a merge took out of values are not named', () => {
    const error = syncErrorOf(() => run({ a: '{"hunter2":"no JSON"}' }, [{ merge: {} }, { merge: {} }]));
    expect(error).toMatchObject({ code: 'REWRITE_FAILED', field: 'spec.rewrite[1].merge' });
    expect(error.message).not.toContain('hunter2');
  });
});

describe('merge', () => {
  const merge = (operation: NonNullable<ExternalSecretRewrite['merge']>): ExternalSecretRewrite[] => [
    { merge: operation },
  ];

  test.each<[string, Record<string, string>, NonNullable<ExternalSecretRewrite['merge']>, Record<string, string>]>([
    ['each property becomes a key [1.11.38]', { a: '{"x":"1"}', b: '{"y":"2"}' }, {}, { x: '1', y: '2' }],
    [
      'values keep their kind [1.11.38]',
      { a: '{"s":"t<>&","n":1e3,"f":1.50,"t":true,"z":null,"o":{"b":1,"a":[1, 2]},"l":[ ]}' },
      { strategy: 'Extract' },
      { s: 't<>&', n: '1000', f: '1.5', t: 'true', z: '', o: '{"a":[1,2],"b":1}', l: '[]' },
    ],
    [
      'numbers pass through floats, as in Go [1.11.41]',
      { a: '{"n":9007199254740993,"m":0.10000000000000000555}' },
      { strategy: 'JSON', into: 'o' },
      { a: '{"n":9007199254740993,"m":0.10000000000000000555}', o: '{"m":0.1,"n":9007199254740992}' },
    ],
    [
      'large numbers lose their exponent',
      { a: '{"n":1e21,"m":1e-7}' },
      {},
      { n: `1${'0'.repeat(21)}`, m: '0.0000001' },
    ],
    ['null is an empty object [1.11.34]', { a: 'null', b: '{"y":"2"}' }, {}, { y: '2' }],
    [
      'later keys win in alphabetical order [1.11.35]',
      { b: '{"x":"b"}', a: '{"x":"a"}' },
      { conflictPolicy: 'Ignore' },
      { x: 'b' },
    ],
    [
      'priority keys win over others, the last one most [1.11.35]',
      { a: '{"x":"a"}', b: '{"x":"b"}', c: '{"x":"c"}' },
      { conflictPolicy: 'Ignore', priority: ['b', 'a'] },
      { x: 'a' },
    ],
    [
      'a missing priority key may be ignored [1.11.36]',
      { a: '{"x":"a"}' },
      { priority: ['nope', 'a'], priorityPolicy: 'IgnoreNotFound' },
      { x: 'a' },
    ],
    [
      'JSON keeps the originals and sorts the properties [1.11.39]',
      { b: '{"z":"<&>"}', a: '{"y":{"d":1,"c":null}}' },
      { strategy: 'JSON', into: 'all' },
      { b: '{"z":"<&>"}', a: '{"y":{"d":1,"c":null}}', all: '{"y":{"c":null,"d":1},"z":"<&>"}' },
    ],
    [
      'JSON overwrites the key it writes [1.11.39]',
      { a: '{"x":1}' },
      { strategy: 'JSON', into: 'a' },
      { a: '{"x":1}' },
    ],
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
    [
      'conflicts',
      { a: '{"y":1,"x":1,"w":1}', b: '{"x":2,"y":2}' },
      {},
      /^merge failed with conflicts: 2 of 3 properties stand in more than one value$/,
    ],
    ['an abyss', { a: `{"x":${'['.repeat(5000)}${']'.repeat(5000)}}` }, {}, /nested deeper than 1000 levels$/],
  ])(
    '%s is refused, and no value is quoted [1.11.34] [1.11.36] [1.11.37] [1.11.40]',
    (_name, entries, operation, expected) => {
      const error = syncErrorOf(() => run(entries, merge(operation), { field: 'spec.dataFrom[2]' }));
      expect(error).toMatchObject({ code: 'REWRITE_FAILED', field: 'spec.dataFrom[2].rewrite[0].merge' });
      expect(error.publicMessage.replace('failed rewrite operation[0]: ', '')).toMatch(expected);
      expect(error.publicMessage + error.message).not.toContain('hunter2');
    },
  );
});

describe('transform', () => {
  const transform = (template: string): ExternalSecretRewrite[] => [{ transform: { template } }];

  test.each([
    ['{{ .value | upper }}', { A: '1' }],
    ['prefix-{{ .value }}', { 'prefix-a': '1' }],
    ['{{ if eq .value "a" }}b{{ else }}c{{ end }}', { b: '1' }],
    // What is missing is no error here, and prints as in Go.
    ['{{ .nothing }}', { '<no value>': '1' }],
    ['plain', { plain: '1' }],
  ])('%s is rendered over each key [1.11.31]', (template, expected) => {
    expect(run({ a: '1' }, transform(template))).toEqual(expected);
  });

  test('two keys that become one are an error, as in a rewrite by expression [1.11.33]', () => {
    expect(syncErrorOf(() => run({ a: '1', b: '2' }, transform('x'))).code).toBe('KEY_COLLISION');
    expect(syncErrorOf(() => run({ a: '1' }, transform('{{ "" }}'))).code).toBe('KEY_EMPTY');
  });

  test('what is no template is named with its place [1.11.32]', () => {
    expect(syncErrorOf(() => run({ a: '1' }, transform('{{ .value')))).toMatchObject({
      code: 'TEMPLATE_INVALID',
      field: 'spec.rewrite[0].transform.template',
      publicMessage:
        'failed rewrite operation[0]: transform failed with failed to parse template: ' +
        'template: transform:1: unclosed action',
    });
  });

  test('a template that fails names the key, unless it comes from inside of a secret [1.11.32]', () => {
    const failing = transform('{{ fail .value }}');
    expect(syncErrorOf(() => run({ hunter: '1' }, failing, { names: 'public' }))).toMatchObject({
      code: 'TEMPLATE_FAILED',
      publicMessage:
        'failed rewrite operation[0]: transform failed with failed to execute template for key "hunter": ' +
        'template: transform:1:3: executing "transform" at <fail .value>: error calling fail',
    });
    expect(syncErrorOf(() => run({ hunter: '1' }, failing, { names: 'secret' })).message).not.toContain('hunter');
  });

  test('a template without end takes the fuel and no more', () => {
    const endless = transform('{{ range until 100000 }}{{ range until 100000 }}{{ end }}{{ end }}');
    expect(() => run({ a: '1' }, endless, { fuel: new Fuel(10_000_000) })).toThrow(FuelSpent);
    // In a worker the engine's own limit ends it.
    expect(syncErrorOf(() => run({ a: '1' }, endless)).code).toBe('TOO_EXPENSIVE');
  });

  test('what blocks a thread is left to a worker before it begins', () => {
    const fuel = new Fuel(10_000_000);
    expect(() => run({ a: '1' }, transform('{{ bcrypt .value }}'), { fuel })).toThrow(FuelSpent);
    expect(fuel.spent).toBeLessThan(1_000_000);
  });
});
