/** Each construct of zod that a schema may use, at the real API server: the CRD is taken, and objects are judged as zod does. */
import { isKubeError, type KubeClient } from '@eso/kube';
import { controlPlane, eventually, type TestCluster } from '@eso/testing';
import { z } from 'zod';
import { crd } from './crd.ts';
import { configKind } from './custom-resource.ts';
import { exactlyOneOf, intOrString, withRules } from './fields.ts';
import { MemoryObjects, type TestObject } from '../testing/memory-objects.ts';

interface Construct {
  readonly schema: z.ZodType;
  readonly good: readonly unknown[];
  readonly bad: readonly unknown[];
}

const constructs: Readonly<Record<string, Construct>> = {
  openBounds: { schema: z.number().gt(1).lt(5), good: [1.1, 4], bad: [1, 5, 0] },
  step: { schema: z.int().multipleOf(5), good: [0, 10, -5], bad: [7] },
  positive: { schema: z.int().positive(), good: [1], bad: [0, -1] },
  ignoringCase: { schema: z.string().regex(/^ab$/i), good: ['ab', 'AB'], bad: ['abc', ''] },
  dotOfAll: { schema: z.string().regex(/^a.b$/s), good: ['a\nb'], bad: ['ab'] },
  linewise: { schema: z.string().regex(/^b$/m), good: ['a\nb', 'b'], bad: ['ab'] },
  twoExpressions: { schema: z.string().regex(/^a/).regex(/z$/i), good: ['a-Z'], bad: ['a', 'z'] },
  affixes: { schema: z.string().startsWith('a').endsWith('b').includes('x'), good: ['axb'], bad: ['ab', 'xb', 'ax'] },
  allKeys: {
    schema: z.record(z.enum(['a', 'b']), z.int()),
    good: [{ a: 1, b: 2 }],
    bad: [{ a: 1 }, { a: 1, b: 'text' }, {}],
  },
  someKeys: { schema: z.partialRecord(z.enum(['a', 'b']), z.int()), good: [{}, { a: 1 }], bad: [{ a: 'text' }] },
  texts: { schema: z.union([z.string().regex(/^a/), z.string().max(2)]), good: ['abc', 'xy', ''], bad: ['xyz'] },
  numbers: { schema: z.union([z.int().max(0), z.int().min(10)]), good: [0, 10], bad: [5] },
  objects: {
    schema: z.union([z.object({ a: z.string() }), z.object({ b: z.int() })]),
    good: [{ a: 'x' }, { b: 1 }, { a: 'x', b: 1 }],
    bad: [{}, { a: 1 }, { b: 'x' }],
  },
  exclusive: {
    schema: z.xor([z.object({ a: z.string() }), z.object({ b: z.int() })]),
    good: [{ a: 'x' }, { b: 1 }],
    bad: [{}, { a: 'x', b: 1 }],
  },
  strict: {
    schema: z.union([z.strictObject({ a: z.string() }), z.strictObject({ b: z.int() })]),
    good: [{ a: 'x' }, { b: 1 }],
    bad: [{}, { a: 'x', b: 1 }],
  },
  discriminated: {
    schema: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), x: z.string().min(1) }),
      z.strictObject({ kind: z.literal('b'), y: z.int().optional() }),
    ]),
    good: [{ kind: 'a', x: 'x' }, { kind: 'b' }, { kind: 'b', y: 1 }],
    bad: [{ kind: 'a' }, { kind: 'a', x: '' }, { kind: 'b', x: 'x' }, { kind: 'c' }, { x: 'x' }],
  },
  nested: {
    schema: z.array(
      z.union([
        z.object({ in: z.object({ n: z.int().max(3) }) }),
        z.object({ in: z.object({ n: z.int().min(7), list: z.array(z.string().min(1)).min(1) }) }),
      ]),
    ),
    good: [[], [{ in: { n: 3 } }], [{ in: { n: 7, list: ['x'] } }]],
    bad: [[{ in: { n: 5 } }], [{ in: { n: 7, list: [] } }], [{ in: { n: 7 } }], [{}]],
  },
  intOrText: { schema: intOrString(), good: [1, 'a'], bad: [true, 1.5] },
  defaults: {
    schema: z.object({
      list: z
        .array(z.object({ mode: z.enum(['a', 'b']).default('a'), in: z.object({ n: z.int().default(3) }).optional() }))
        .optional(),
      text: z.string().default('given'),
      nothing: z.string().nullable().optional(),
      free: z.looseObject({}).optional(),
      labels: z.record(z.string(), z.string()).optional(),
    }),
    good: [{}, { list: [{}, { in: {} }], text: 'own' }, { nothing: null }],
    bad: [{ list: [{ mode: 'c' }] }],
  },
  oneField: {
    schema: exactlyOneOf({ a: z.string().optional() }).extend({ b: z.int().optional() }),
    good: [{ a: 'x' }, { b: 1 }],
    bad: [],
  },
};

// zod knows nothing of what is Kubernetes' own.
const ruled: Readonly<Record<string, Construct>> = {
  rules: {
    schema: withRules(
      withRules(z.object({ a: z.int() }), { rule: 'self.a > 0', message: 'too small' }).extend({ b: z.int() }),
      { rule: 'self.b > self.a', message: 'not in order' },
    ),
    good: [{ a: 1, b: 2 }],
    bad: [
      { a: 0, b: 2 },
      { a: 2, b: 1 },
    ],
  },
  oneFieldOnly: { schema: constructs['oneField']!.schema, good: [{ a: 'x' }], bad: [{ a: 'x', b: 1 }, {}] },
};

const all = { ...constructs, ...ruled };
let cluster: TestCluster;
let client: KubeClient;
let memory: MemoryObjects;
let path: string;
let count = 0;

beforeAll(async () => {
  cluster = await controlPlane();
  client = cluster.client();
  const spec = z.object(Object.fromEntries(Object.entries(all).map(([name, { schema }]) => [name, schema.optional()])));
  const kind = configKind({ kind: 'Construct', plural: 'constructs', description: 'All of them.', spec });
  memory = new MemoryObjects({ crds: [crd(kind)] });
  await client.request('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { body: crd(kind) });
  const namespace = await cluster.createNamespace('constructs');
  path = `/apis/provider.external-secrets.io/v2alpha1/namespaces/${namespace}/constructs`;
  await eventually(() => client.request('GET', path));
}, 120_000);

afterAll(() => cluster.stop());

const sampleOf = (name: string, sample: unknown): TestObject => ({
  apiVersion: 'provider.external-secrets.io/v2alpha1',
  kind: 'Construct',
  metadata: { name: `sample-${++count}` },
  spec: { [name]: sample },
});

/** What is stored of a sample, undefined when it is refused. */
async function stored(apply: () => unknown): Promise<unknown> {
  try {
    const { spec } = (await apply()) as TestObject;
    return spec;
  } catch (error) {
    if (!isKubeError(error, 'INVALID')) throw error;
    return undefined;
  }
}

const atServer = (name: string, sample: unknown): Promise<unknown> =>
  stored(() => client.request('POST', path, { body: sampleOf(name, sample) }));
const inMemory = (name: string, sample: unknown): Promise<unknown> =>
  stored(() => memory.apply(sampleOf(name, sample)));

const rows = (part: 'good' | 'bad', of: Readonly<Record<string, Construct>>): [string, unknown][] =>
  Object.entries(of).flatMap(([name, construct]) => construct[part].map((sample): [string, unknown] => [name, sample]));

test.each(rows('good', all))('%s takes %j', async (name, sample) => {
  expect(all[name]!.schema.safeParse(sample).success).toBe(true);
  expect(await atServer(name, sample)).toBeDefined();
});

test.each(rows('bad', constructs))('%s refuses %j', async (name, sample) => {
  expect(all[name]!.schema.safeParse(sample).success).toBe(false);
  expect(await atServer(name, sample)).toBeUndefined();
});

test.each(rows('bad', ruled))('%s refuses %j, by what zod does not know', async (name, sample) => {
  expect(await atServer(name, sample)).toBeUndefined();
});

describe('objects of tests are what the API server stores', () => {
  const loose: [string, unknown][] = [
    [
      'defaults',
      { list: [{ typo: 1 }, { mode: 'b', more: { x: 1 } }], free: { any: [{ thing: null }] }, nothing: null },
    ],
    ['defaults', {}],
    ['discriminated', { kind: 'a', x: 'x', y: 1, typo: true }],
    ['allKeys', { a: 1, b: 2, c: 3 }],
    ['intOrText', null],
    ['defaults', { text: null, labels: { a: null, b: 'c' }, list: [{ mode: null }] }],
    ['defaults', { list: [null] }],
    ['allKeys', { a: 1, b: null }],
  ];
  const evaluated = rows('bad', all).filter(([name]) => name !== 'rules');
  test.each([...rows('good', all), ...evaluated, ...loose])('%s: %j', async (name, sample) => {
    expect(await inMemory(name, sample)).toEqual(await atServer(name, sample));
  });
});
