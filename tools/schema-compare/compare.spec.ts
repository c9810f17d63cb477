import { root } from '../setup.mjs';
import { compare, type Difference } from './compare.ts';
import { type Crd, factsOf, type FactTable, factText, readFacts } from './facts.ts';
import { closedAt, COMPARED, comparedKind, ourFacts, upstreamFacts } from './tables.ts';

const crdWith = (properties: object, more: object = {}): Crd =>
  ({
    metadata: { name: 'a' },
    spec: {
      group: 'g',
      scope: 'Namespaced',
      names: { kind: 'A' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { properties } }, ...more }],
    },
  }) as unknown as Crd;
const table = (properties: object, more: object = {}): FactTable => factsOf(crdWith(properties, more));

test.each(COMPARED.map((one) => [one.kind, one] as const))(
  '%s: every field that upstream has is ours as well, with its type, default, enum and bounds, but for known differences',
  (kind, one) => {
    const theirs = upstreamFacts(root, one);
    const { problems, fields } = compare(theirs, ourFacts(one), one.differences);
    expect(problems).toEqual([]);
    expect(fields).toBe(theirs.size);
    expect(fields).toBeGreaterThan(kind === 'ExternalSecret' ? 130 : 40);
  },
);

test('a table says nothing of what stands below a path where ours is open, and all of the path itself', () => {
  const whole = table({ a: { type: 'object', properties: { b: { type: 'string' } } }, ab: { type: 'string' } });
  expect([...closedAt(whole, 'a').keys()].filter((path) => !path.startsWith('#'))).toEqual(['a', 'ab']);
  expect(closedAt(whole, undefined)).toBe(whole);
  expect(() => comparedKind('Provider')).toThrow('Provider is not among the kinds that are compared');
});

test('facts stand on one line a field, whatever the order in the CRD, and without words', () => {
  const text = factText(
    table({
      s: {
        description: 'words',
        type: 'object',
        required: ['b'],
        properties: {
          b: { enum: ['y', 'x'], type: 'string', default: 'x' },
          l: { type: 'array', items: { type: 'object', properties: { c: { type: 'string' } } } },
          m: { type: 'object', additionalProperties: { type: 'string' } },
        },
      },
    }),
  );
  expect(text.split('\n').filter((line) => line.startsWith('s'))).toEqual([
    's {"type":"object"}',
    's.b {"default":"x","enum":["x","y"],"required":true,"type":"string"}',
    's.l {"type":"array"}',
    's.l[] {"type":"object"}',
    's.l[].c {"type":"string"}',
    's.m {"type":"object"}',
    's.m{} {"type":"string"}',
  ]);
  expect(factText(readFacts(`// a comment\n${text}`))).toBe(text);
});

const one = table({ a: { type: 'string', enum: ['x', 'y'] } });

test.each<[string, FactTable, readonly string[]]>([
  ['a type', table({ a: { type: 'integer', enum: ['x', 'y'] } }), ['a: type is "string" upstream and "integer" here']],
  ['an enum', table({ a: { type: 'string', enum: ['x'] } }), ['a: enum is ["x","y"] upstream and ["x"] here']],
  [
    'a default',
    table({ a: { type: 'string', enum: ['x', 'y'], default: 'x' } }),
    ['a: default is absent upstream and "x" here'],
  ],
  [
    'a field that is missing',
    table({}),
    [expect.stringMatching(/^a: field is \{.*\} upstream and absent here$/) as string],
  ],
  [
    'a print column',
    table(
      { a: { type: 'string', enum: ['x', 'y'] } },
      { additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '.a' }] },
    ),
    [expect.stringContaining('#columns: value') as string],
  ],
  [
    'a selectable field',
    table({ a: { type: 'string', enum: ['x', 'y'] } }, { selectableFields: [{ jsonPath: '.a' }] }),
    [expect.stringContaining('#selectable: value') as string],
  ],
])('a planted difference is found: %s', (_, ours, problems) => {
  expect(compare(one, ours, []).problems).toEqual(problems);
});

test('the order of an enum is none of its facts', () => {
  expect(compare(one, table({ a: { enum: ['y', 'x'], type: 'string' } }), []).problems).toEqual([]);
});

test('a known difference is none, until it changes or goes', () => {
  const known: Difference = { path: 'a', keyword: 'enum', theirs: ['x', 'y'], ours: ['x'], reason: 'why' };
  expect(compare(one, table({ a: { type: 'string', enum: ['x'] } }), [known]).problems).toEqual([]);
  expect(compare(one, table({ a: { type: 'string', enum: ['z'] } }), [known]).problems).toHaveLength(2);
  expect(compare(one, one, [known]).problems).toEqual(['a: enum no longer differs as the list of differences says']);
});
