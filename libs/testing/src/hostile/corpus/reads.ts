import {
  document,
  extract,
  failsFor,
  failsWithBound,
  failsWithBoundOrSyncs,
  find,
  type HostileEntry,
  longName,
  property,
  secret,
} from '../entry.ts';

const NESTED_REPEATS = `${'([a-z]?){1000}'.repeat(20)}[0-9]`;
const ALTERNATIVES = `(${Array.from({ length: 60 }, (_, index) => `[a-z0-9]{${index}}b`).join('|')})+z`;

const names = (count: number) => ({
  kind: 'fake' as const,
  secrets: () => Object.fromEntries(Array.from({ length: count }, (_, index) => [longName(index), 'v'])),
});
const people = (count: number): string =>
  JSON.stringify({
    list: Array.from({ length: count }, (_, index) => ({ name: `n${index}`, age: index, text: 'a'.repeat(10) })),
  });

const findField = /spec\.dataFrom\[0\]\.find/;
const propertyField = /spec\.data\[0\]\.remoteRef/;
const costly = ['TOO_EXPENSIVE', 'LIMIT_EXCEEDED', 'INVALID_REQUEST', 'PROPERTY_TOO_EXPENSIVE', 'PROPERTY_NOT_FOUND'];

/** What reading can be made to cost a provider that others share: names against an expression, property paths, documents. */
export const readEntries: readonly HostileEntry[] = [
  {
    name: 'find-nested-repeats',
    attack: '120 names of 248 characters against twenty thousand nested repeats',
    backend: names(120),
    spec: find(NESTED_REPEATS),
    expected: failsWithBound(findField, 'REGEXP_TOO_LARGE'),
  },
  {
    name: 'find-unicode-classes',
    attack: 'wide Unicode classes, without case, a thousand times',
    backend: names(10),
    spec: find(`(?i)${'(\\pL\\pN?){1000}'.repeat(3)}`),
    expected: failsWithBound(findField, 'REGEXP_TOO_LARGE'),
  },
  {
    name: 'find-alternatives',
    attack: 'many alternatives alive at once, on two thousand long names',
    backend: names(2_000),
    spec: find(ALTERNATIVES),
    expected: failsWithBoundOrSyncs(findField, 'REGEXP_TOO_LARGE', ...costly),
  },
  {
    name: 'property-tostr',
    attack: 'two hundred times a text within a text, which doubles what is escaped',
    backend: secret('doc', () => JSON.stringify({ a: '"\\'.repeat(100) })),
    spec: property(`${'@tostr|'.repeat(200)}@tostr`),
    expected: failsWithBound(propertyField, ...costly),
  },
  {
    name: 'property-modifiers',
    attack: 'sixty modifiers that print a large document',
    backend: secret('doc', () => people(8_000)),
    spec: property(`${'@pretty|@ugly|'.repeat(30)}@pretty`),
    expected: failsWithBound(propertyField, ...costly),
  },
  {
    name: 'property-query',
    attack: 'a query with wildcards on an array of ten thousand',
    backend: secret('doc', () => people(10_000)),
    spec: property(`list.#(text%"${'a*'.repeat(100)}b")#.name`),
    expected: failsWithBoundOrSyncs(propertyField, ...costly),
  },
  {
    name: 'property-nested-queries',
    attack: 'queries within queries',
    backend: secret('doc', () => JSON.stringify({ list: nested(7, 5) })),
    spec: property(`list.${'#(a'.repeat(7)}>1${')#'.repeat(7)}`),
    expected: failsWithBoundOrSyncs(propertyField, ...costly),
  },
  {
    name: 'property-multipath',
    attack: 'the whole document four hundred times in one answer',
    backend: secret('doc', () => people(8_000)),
    spec: property(`[${Array<string>(400).fill('@this').join(',')}]`),
    expected: failsWithBound(propertyField, ...costly),
  },
  {
    name: 'property-deep-multipaths',
    attack: 'arrays of twice the document, ten deep',
    backend: secret('doc', () => people(2_000)),
    spec: property(Array<string>(10).fill('[@this,@this]').join('|')),
    expected: failsWithBound(propertyField, ...costly),
  },
  {
    name: 'property-wildcards',
    attack: 'a wildcard that tries each place of a long name',
    backend: secret('doc', () => document(200, (index) => `${'a'.repeat(2_000)}${index}`)),
    spec: property(`${'*a'.repeat(300)}*b`),
    expected: failsFor(propertyField, ...costly, 'SECRET_NOT_FOUND'),
  },
  {
    name: 'property-lines',
    attack: 'each line of two hundred thousand, flattened and joined',
    backend: secret('doc', () => '[1]\n'.repeat(200_000)),
    spec: property('..#|@flatten|@join|@flatten|@join|..#'),
    expected: failsWithBoundOrSyncs(propertyField, ...costly),
  },
  {
    name: 'property-depth',
    attack: 'objects nested sixty thousand deep, by a path of four thousand',
    backend: secret('doc', () => `${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}`),
    spec: property(Array<string>(4_000).fill('a').join('.')),
    expected: failsWithBound(propertyField, ...costly, 'PROPERTY_TOO_LARGE', 'SPEC_TOO_LARGE'),
  },
  {
    name: 'property-arrays-depth',
    attack: 'arrays nested two hundred thousand deep, printed',
    backend: secret('doc', () => `${'['.repeat(200_000)}${']'.repeat(200_000)}`),
    spec: property('@pretty|@flatten|@valid'),
    expected: failsWithBound(propertyField, ...costly),
  },
  {
    name: 'property-long',
    attack: 'a path of a hundred thousand characters',
    backend: secret('doc', () => '{"a":"v"}'),
    spec: property('a.'.repeat(50_000)),
    expected: failsWithBound(propertyField, ...costly, 'SPEC_TOO_LARGE'),
  },
  {
    name: 'extract-depth',
    attack: 'objects nested sixty thousand deep are extracted',
    backend: secret('doc', () => `{"a":${'{"a":'.repeat(60_000)}1${'}'.repeat(60_000)}}`),
    spec: extract(),
    expected: failsFor(/spec\.dataFrom\[0\]\.extract/, 'NOT_AN_OBJECT'),
  },
  {
    name: 'extract-many-properties',
    attack: 'a document of sixty thousand properties',
    backend: secret('doc', () => document(60_000, (index) => `k${index}`, 1)),
    spec: extract(),
    expected: failsWithBound(/spec\.dataFrom\[0\]/, 'LIMIT_EXCEEDED', 'RESPONSE_TOO_LARGE'),
  },
];

/** A tree of objects in arrays, `width` to the power of `depth` leaves. */
function nested(depth: number, width: number): unknown {
  return depth === 0 ? 1 : Array.from({ length: width }, () => ({ a: nested(depth - 1, width) }));
}
