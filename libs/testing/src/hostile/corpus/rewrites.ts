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
  regexp,
  secret,
  syncs,
} from '../entry.ts';

/** Keys of the greatest length that a Secret takes, so that nothing but the expression is at fault. */
const longKeys = (count: number): string => document(count, longName);
const shortKeys = (count: number): string => document(count, (index) => `key-${index}`);

/** Backtracks in engines that do, and has twenty thousand instructions in those that do not. */
const NESTED_REPEATS = `${'([a-z]?){1000}'.repeat(20)}[0-9]`;
const WIDE_CLASSES = `(?i)${'(\\pL\\pN?){1000}'.repeat(3)}`;
/** Small to compile; each character of the text is looked at for many alternatives at once. */
const ALTERNATIVES = `(${Array.from({ length: 60 }, (_, index) => `[a-z0-9]{${index}}b`).join('|')})+z`;
const CAPTURES = `${'('.repeat(90)}.*${')'.repeat(90)}`;

const operation = /spec\.dataFrom\[0\]\.rewrite\[\d+\]/;
const source = /spec\.dataFrom\[0\]/;

/** What a rewrite can be made to cost. */
export const rewriteEntries: readonly HostileEntry[] = [
  {
    name: 'rewrite-doubling',
    attack: 'twenty-four operations double a key to 16 MiB',
    backend: secret('doc', () => '{"key":"v"}'),
    spec: extract(Array.from({ length: 24 }, () => regexp('(.*)', '$1$1'))),
    expected: failsWithBound(operation, 'DATA_TOO_LARGE'),
  },
  {
    name: 'rewrite-many-doublings',
    attack: 'two thousand keys are doubled at once',
    backend: secret('doc', () => shortKeys(2_000)),
    spec: extract(Array.from({ length: 24 }, () => regexp('^(.*)$', '$1$1'))),
    expected: failsWithBound(operation, 'DATA_TOO_LARGE', 'TOO_EXPENSIVE'),
  },
  {
    name: 'rewrite-empty-match',
    attack: 'an empty match puts 4,000 characters between all others',
    backend: secret('doc', () => longKeys(100)),
    spec: extract([regexp('', 'x'.repeat(4_000))]),
    expected: failsWithBound(operation, 'DATA_TOO_LARGE'),
  },
  {
    name: 'rewrite-group-growth',
    attack: 'a template of a thousand groups',
    backend: secret('doc', () => longKeys(100)),
    spec: extract([regexp('(.*)', '$1'.repeat(1_000))]),
    expected: failsWithBound(operation, 'DATA_TOO_LARGE'),
  },
  {
    name: 'rewrite-nested-repeats',
    attack: '120 keys of 248 characters against twenty thousand nested repeats',
    backend: secret('doc', () => longKeys(120)),
    spec: extract([regexp(NESTED_REPEATS, 'x')]),
    expected: failsWithBound(operation, 'REGEXP_TOO_LARGE', 'TOO_EXPENSIVE'),
  },
  {
    name: 'rewrite-unicode-classes',
    attack: 'wide Unicode classes, without case, a thousand times',
    backend: secret('doc', () => shortKeys(10)),
    spec: extract([regexp(WIDE_CLASSES, 'x')]),
    expected: failsWithBound(operation, 'REGEXP_TOO_LARGE'),
  },
  {
    name: 'rewrite-many-programs',
    attack: 'a hundred different programs of nearly the greatest size',
    backend: secret('doc', () => shortKeys(10)),
    spec: extract(Array.from({ length: 100 }, (_, index) => regexp(`(?i)([\\pL]{0,20}${index}x){0,20}!`, 'x'))),
    expected: failsWithBound(source, 'REGEXP_TOO_LARGE', 'TOO_EXPENSIVE', 'SPEC_TOO_LARGE'),
  },
  {
    name: 'rewrite-alternatives',
    attack: 'many alternatives alive at once, on 900 long keys',
    backend: secret('doc', () => longKeys(900)),
    spec: extract([regexp(ALTERNATIVES, 'x')]),
    expected: failsWithBoundOrSyncs(operation, 'TOO_EXPENSIVE', 'REGEXP_TOO_LARGE'),
  },
  {
    name: 'rewrite-captures',
    attack: 'ninety captures around the same text, fifty times, on 900 long keys',
    backend: secret('doc', () => longKeys(900)),
    spec: extract(Array.from({ length: 50 }, () => regexp(CAPTURES, '$90'))),
    expected: failsWithBoundOrSyncs(operation, 'TOO_EXPENSIVE'),
  },
  {
    name: 'rewrites-two-thousand',
    attack: 'two thousand operations',
    backend: secret('doc', () => shortKeys(10)),
    spec: extract(Array.from({ length: 2_000 }, () => regexp('a', 'a'))),
    expected: failsWithBound(/spec\.dataFrom/, 'SPEC_TOO_LARGE'),
  },
  {
    name: 'rewrites-over-many-keys',
    attack: 'ninety operations over five thousand keys',
    backend: secret('doc', () => shortKeys(5_000)),
    spec: extract(Array.from({ length: 90 }, () => regexp('k(e)y', 'k${1}y'))),
    expected: failsWithBound(operation, 'TOO_EXPENSIVE'),
  },
  {
    name: 'rewrite-harmless',
    attack: 'none: many keys and a simple expression stay what they were',
    backend: secret('doc', () => shortKeys(1_000)),
    spec: extract([regexp('^key', 'k')]),
    expected: syncs,
  },
  {
    name: 'merge-growth',
    attack: 'merges into one key again and again, each text inside of the next',
    backend: secret('doc', () => document(20, (index) => `k${index}`, { text: '"\\'.repeat(500) })),
    spec: extract(Array.from({ length: 30 }, () => ({ merge: { into: 'all', strategy: 'JSON' as const } }))),
    expected: failsFor(operation, 'REWRITE_FAILED', 'DATA_TOO_LARGE'),
  },
  {
    name: 'merge-spread',
    attack: 'a merge makes sixty thousand keys of one value',
    backend: secret('doc', () =>
      JSON.stringify({ a: JSON.parse(document(60_000, (index) => `k${index}`, 1)) as object }),
    ),
    spec: extract([{ merge: { strategy: 'Extract' } }]),
    expected: failsWithBound(operation, 'DATA_TOO_LARGE', 'TOO_EXPENSIVE'),
  },
  {
    name: 'merge-depth',
    attack: 'objects nested forty thousand deep are merged',
    backend: secret('doc', () => `{"a":${'{"a":'.repeat(40_000)}1${'}'.repeat(40_000)}}`),
    spec: extract([{ merge: { into: 'all', strategy: 'JSON' } }]),
    expected: failsFor(source, 'NOT_AN_OBJECT', 'REWRITE_FAILED'),
  },
  {
    name: 'keys-unicode-growth',
    attack: 'each character of a key becomes seven',
    backend: secret('doc', () => document(2_000, (index) => `${'ä'.repeat(200)}${index}`)),
    spec: extract([], { conversionStrategy: 'Unicode' }),
    expected: failsFor(source, 'KEY_INVALID', 'DATA_TOO_LARGE'),
  },
  {
    name: 'keys-huge',
    attack: 'one key of half a megabyte',
    backend: secret('doc', () => document(1, () => 'k'.repeat(500_000))),
    spec: extract(),
    expected: failsWithBound(source, 'KEY_INVALID', 'DATA_TOO_LARGE', 'RESPONSE_TOO_LARGE', 'LIMIT_EXCEEDED'),
  },
  {
    name: 'keys-collide',
    attack: 'five thousand keys become one',
    backend: secret('doc', () => document(5_000, (index) => `k${index}`, 'v')),
    spec: extract([regexp('.*', 'one')]),
    expected: syncs,
  },
  {
    name: 'decode-auto',
    attack: 'three thousand values of which each is decoded in every way',
    backend: secret('doc', () => document(3_000, (index) => `k${index}`, Buffer.alloc(120, 'YWFh').toString())),
    spec: extract([], { decodingStrategy: 'Auto' }),
    expected: syncs,
  },
  {
    name: 'decode-chain',
    attack: 'base64 of base64 of base64, decoded automatically',
    backend: secret('doc', () => JSON.stringify({ value: chained(12, 'v'.repeat(10_000)) })),
    spec: extract([], { decodingStrategy: 'Auto' }),
    expected: syncs,
  },
  {
    name: 'find-over-many-names',
    attack: 'three thousand names are found, converted and rewritten',
    backend: {
      kind: 'fake',
      secrets: () => Object.fromEntries(Array.from({ length: 3_000 }, (_, i) => [`name/${i}`, 'v'])),
    },
    spec: find('.*', [regexp('(.*)_(.*)', '$2-$1')]),
    expected: syncs,
  },
  {
    name: 'data-thousands',
    attack: 'five thousand entries of data',
    backend: secret('doc', () => '{"a":"v"}'),
    spec: {
      data: Array.from({ length: 5_000 }, (_, index) => ({
        secretKey: `k${index}`,
        remoteRef: { key: 'doc', property: 'a' },
      })),
    },
    expected: failsWithBound(/spec\.data/, 'SPEC_TOO_LARGE'),
  },
  {
    name: 'data-from-thousands',
    attack: 'two thousand entries of dataFrom',
    backend: secret('doc', () => shortKeys(10)),
    spec: { dataFrom: Array.from({ length: 2_000 }, () => ({ extract: { key: 'doc' } })) },
    expected: failsWithBound(/spec\.dataFrom/, 'SPEC_TOO_LARGE'),
  },
  {
    name: 'data-large-documents',
    attack: 'nine hundred properties of one large document, each read by itself',
    backend: secret('doc', () => document(20_000, (index) => `property-${index}`, 'v')),
    spec: {
      data: Array.from({ length: 900 }, (_, index) => ({
        secretKey: `k${index}`,
        remoteRef: { key: 'doc', property: `property-${19_999 - index}` },
      })),
    },
    expected: failsWithBoundOrSyncs(/spec\.data\[\d+\]/, 'PROVIDER_BUSY'),
  },
  {
    name: 'data-whole-documents',
    attack: 'nine hundred times half a megabyte',
    backend: secret('doc', () => 'v'.repeat(500_000)),
    spec: {
      data: Array.from({ length: 900 }, (_, index) => ({ secretKey: `k${index}`, remoteRef: { key: 'doc' } })),
    },
    expected: failsWithBound(/spec/, 'DATA_TOO_LARGE', 'SECRET_TOO_LARGE'),
  },
  {
    name: 'cluster-conditions',
    attack: 'namespaceRegexes of an administrator that are too large',
    backend: {
      kind: 'clusterFake',
      secrets: () => ({ doc: '{"a":"v"}' }),
      conditions: [{ namespaceRegexes: [NESTED_REPEATS, WIDE_CLASSES] }],
    },
    spec: property('a'),
    expected: failsFor(/secretStoreRef|namespaceRegexes|conditions/, 'STORE_NOT_ALLOWED'),
  },
];

function chained(times: number, text: string): string {
  let encoded = text;
  for (let time = 0; time < times; time++) encoded = Buffer.from(encoded).toString('base64');
  return encoded;
}
