import { Fuel, FuelSpent } from '@eso/runtime';
import type { ConfigSchema } from './inline-schema.ts';
import { schemaCheck } from './schema-check.ts';
import { Findings, stepsTo } from './schema-finding.ts';

function found(schema: ConfigSchema, value: unknown, fuel = new Fuel(Infinity)): string[] {
  const findings = new Findings(fuel);
  schemaCheck(schema, 'spec')(value, undefined, findings);
  return findings.found.map(({ keyword, place }) => [keyword, ...stepsTo(place)].join(' '));
}

/** A schema, what it takes, and what it does not take, with the keyword. */
test.each<[ConfigSchema, unknown[], [string, unknown][]]>([
  [
    { type: 'integer' },
    [0, -1, 3.0],
    [
      ['type', 1.5],
      ['type', '1'],
      ['type', null],
      ['type', true],
    ],
  ],
  [{ type: 'number' }, [0, 1.5], [['type', '1']]],
  [{ type: 'boolean' }, [true, false], [['type', 0]]],
  [
    { type: 'object' },
    [{}],
    [
      ['type', []],
      ['type', null],
    ],
  ],
  [{ type: 'string', nullable: true, enum: ['a'] }, ['a', null], [['enum', 'b']]],
  [
    { 'x-kubernetes-int-or-string': true },
    [1, '1'],
    [
      ['type', 1.5],
      ['type', {}],
    ],
  ],
  [{ type: 'integer', enum: [1, 2] }, [1], [['enum', 3]]],
  [
    { type: 'string', minLength: 2, maxLength: 3 },
    ['ab', '👍👍', 'äöü'],
    [
      ['minLength', '👍'],
      ['maxLength', 'abcd'],
      ['maxLength', '👍👍👍👍'],
    ],
  ],
  [{ type: 'string', pattern: 'b+' }, ['abc'], [['pattern', 'ac']]],
  [
    { type: 'string', format: 'byte' },
    ['', 'YQ==', 'YWJj'],
    [
      ['format', 'YQ'],
      ['format', 'Y===='],
      ['format', 'ä==='],
    ],
  ],
  [
    { type: 'string', format: 'date-time' },
    ['2026-01-02T03:04:05Z', '2026-01-02t03:04:05.5+01:00'],
    [
      ['format', '2026-01-02'],
      ['format', '2026-13-02T03:04:05Z'],
    ],
  ],
  [{ type: 'string', format: 'date' }, ['2026-01-02'], [['format', '2026-1-2']]],
  [{ type: 'string', format: 'uri' }, ['https://a.example/x'], [['format', 'a b']]],
  [{ type: 'string', format: 'ipv4' }, ['10.0.0.1'], [['format', '::1']]],
  [{ type: 'string', format: 'ipv6' }, ['::1'], [['format', '10.0.0.1']]],
  [{ type: 'string', format: 'uuid' }, ['123e4567-e89b-12d3-a456-426614174000'], [['format', '123e4567']]],
  [{ type: 'integer', format: 'int32' }, [2 ** 31 - 1], [['format', 2 ** 31]]],
  [{ type: 'integer', format: 'int64' }, [2 ** 53], [['format', 1e19]]],
  [
    { type: 'number', minimum: 1, maximum: 2 },
    [1, 2],
    [
      ['minimum', 0],
      ['maximum', 3],
    ],
  ],
  [
    { type: 'number', minimum: 1, exclusiveMinimum: true, maximum: 2, exclusiveMaximum: true },
    [1.5],
    [
      ['exclusiveMinimum', 1],
      ['exclusiveMaximum', 2],
    ],
  ],
  [{ type: 'number', minimum: 1, exclusiveMinimum: false }, [1], [['minimum', 0]]],
  [{ type: 'integer', multipleOf: 3 }, [6], [['multipleOf', 7]]],
  [
    { type: 'array', minItems: 1, maxItems: 2, uniqueItems: true, items: { type: 'string' } },
    [['a'], ['a', 'b']],
    [
      ['minItems', []],
      ['maxItems', ['a', 'b', 'c']],
      ['uniqueItems', ['a', 'a']],
      ['type 1', ['a', 1]],
    ],
  ],
  [
    { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: { type: 'string' } },
    [{ a: 'x' }],
    [
      ['minProperties', {}],
      ['maxProperties', { a: 'x', b: 'x' }],
      ['type a', { a: 1 }],
    ],
  ],
  [
    { type: 'object', required: ['a'], properties: { a: { type: 'string' } } },
    [{ a: 'x' }],
    [
      ['required', {}],
      ['additionalProperties', { a: 'x', b: 1 }],
      ['additionalProperties', { a: 'x', toString: 1 }],
    ],
  ],
  [
    { type: 'object', required: ['toString'], properties: { toString: { type: 'string' } } },
    [{ toString: 'x' }],
    [['required', {}]],
  ],
  [{ type: 'object', properties: { a: {} }, additionalProperties: true }, [{ b: 1 }], []],
  [{ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, [{ b: { c: 1 } }], []],
  [{ anyOf: [{ type: 'string' }, { minimum: 3 }] }, ['x', 3], [['anyOf', 2]]],
  [{ oneOf: [{ minimum: 3 }, { maximum: 5 }] }, [2, 6], [['oneOf', 4]]],
  [
    { allOf: [{ minimum: 3 }, { maximum: 5 }] },
    [4],
    [
      ['minimum', 2],
      ['maximum', 6],
    ],
  ],
  [{ not: { type: 'string' } }, [1], [['not', 'x']]],
])('%j', (schema, good, bad) => {
  for (const value of good) expect([value, found(schema, value)]).toEqual([value, []]);
  for (const [keyword, value] of bad) expect([value, found(schema, value)]).toEqual([value, [keyword]]);
});

test('of a value of the wrong type nothing else is found', () => {
  expect(found({ type: 'object', required: ['a'], minProperties: 1 }, 'x')).toEqual(['type']);
});

test('the place of a finding is the way to it', () => {
  const schema = {
    type: 'object',
    properties: { list: { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } } },
  };
  expect(found(schema, { list: [{ a: 'x' }, { a: 1 }] })).toEqual(['type list 1 a']);
});

test('a look ends after a hundred findings, or when its fuel is spent', () => {
  const schema = { type: 'array', items: { type: 'string' } };
  const wrong = Array.from({ length: 1_000 }, () => 1);
  const fuel = new Fuel(Infinity);
  expect(found(schema, wrong, fuel)).toHaveLength(100);
  expect(fuel.spent).toBe(101 * 200);
  expect(() =>
    found(
      schema,
      Array.from({ length: 1_000 }, () => 'x'),
      new Fuel(10_000),
    ),
  ).toThrow(FuelSpent);
});

test('a long text is paid for before an expression looks at it', () => {
  expect(() => found({ type: 'string', pattern: '^(a|b)*$' }, 'a'.repeat(1_000_000), new Fuel(1_000_000))).toThrow(
    FuelSpent,
  );
  const fuel = new Fuel(Infinity);
  expect(found({ type: 'string', pattern: '^(a|b)*$', maxLength: 10 }, 'a'.repeat(1_000_000), fuel)).toEqual([
    'maxLength',
  ]);
  expect(fuel.spent).toBeLessThan(1_000);
});
