import { root } from '../setup.mjs';
import { compare, type Difference } from './compare.ts';
import { DIFFERENCES } from './differences.ts';
import { type Crd, factsOf, type FactTable, factText, readFacts } from './facts.ts';
import { ourFacts, upstreamFacts } from './tables.ts';

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

test('every field that upstream has is ours as well, with its type, default, enum and bounds, but for known differences', () => {
  const { problems, fields } = compare(upstreamFacts(root), ourFacts(), DIFFERENCES);
  expect(problems).toEqual([]);
  expect(fields).toBe(upstreamFacts(root).size);
  expect(fields).toBeGreaterThan(130);
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
