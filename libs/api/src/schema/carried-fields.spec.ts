import { z } from 'zod';
import { specSchemas, versionSchemas } from './carried-fields.ts';
import { crd } from './crd.ts';
import { configKind } from './custom-resource.ts';

const first = z.object({
  region: z.string().default('here'),
  data: z.array(z.string()).describe('Its secrets.'),
  depth: z.int().default(3),
});
const second = z.object({ region: z.string().min(1).default('here'), secrets: z.array(z.string()) });
const kind = { kind: 'Demo', plural: 'demos', description: 'A demo.' };
const both = configKind({
  ...kind,
  versions: [
    { tag: 'served', name: 'v2', spec: second },
    { tag: 'served', name: 'v1', spec: first },
  ],
});

interface Version {
  readonly name: string;
  readonly storage: boolean;
  readonly schema: { readonly openAPIV3Schema: { readonly properties: { readonly spec: unknown } } };
}
const versionsOf = (resource: typeof both): Version[] => crd(resource).spec.versions as unknown as Version[];

const specOf = ({ schema }: Version): unknown => schema.openAPIV3Schema.properties.spec;
const carried = (version: string): object => ({
  description: `A field of version ${version}. In this one it is kept, and a config that has it is refused.`,
  'x-kubernetes-preserve-unknown-fields': true,
});

test('each version carries what only the other has; what is stored is in the oldest, and gets no default of one alone', () => {
  const [newest, oldest] = versionsOf(both);
  expect([newest, oldest].map((version) => [version?.name, version?.storage])).toEqual([
    ['v2', false],
    ['v1', true],
  ]);
  expect(specOf(newest!)).toMatchObject({
    properties: { region: { default: 'here' }, data: carried('v1'), depth: carried('v1') },
    required: ['secrets'],
  });
  expect(specOf(oldest!)).toMatchObject({ properties: { secrets: carried('v2') }, required: ['data'] });
  expect(specOf(oldest!)).toHaveProperty('properties.depth', { type: 'integer' });
});

test('when only one is served, it has its defaults, and objects are stored in it', () => {
  const versions = versionsOf(
    configKind({
      ...kind,
      versions: [
        { tag: 'served', name: 'v1', spec: first },
        { tag: 'retired', name: 'v0' },
      ],
    }),
  );
  expect(versions.map(({ name, storage }) => [name, storage])).toEqual([
    ['v1', true],
    ['v0', false],
  ]);
  expect(specOf(versions[0]!)).toHaveProperty('properties.depth.default', 3);
});

test.each<[string, z.ZodType]>([
  ['another type', z.object({ region: z.int() })],
  ['other fields within', z.object({ region: z.object({ name: z.string() }) })],
  ['other items', z.object({ data: z.array(z.object({ key: z.string() })) })],
  ['a map in place of a list', z.object({ data: z.record(z.string(), z.string()) })],
])(
  'a field that has %s in another version is refused: the API server would lose what it does not have',
  (_what, spec) => {
    const versions = [
      { tag: 'served', name: 'v2', spec },
      { tag: 'served', name: 'v1', spec: first },
    ] as const;
    expect(() => specSchemas('Demo', versions)).toThrow(
      /^Demo: spec\.(region|data) has another shape in v2 than in v1, .*: give it another name, or make a kind of its own$/,
    );
  },
);

test('what the kit reads a version by has its own fields and defaults, and no words', () => {
  expect(Object.fromEntries(versionSchemas(both))).toEqual({
    v2: {
      type: 'object',
      properties: {
        region: { type: 'string', default: 'here', minLength: 1 },
        secrets: { type: 'array', items: { type: 'string' } },
      },
      required: ['secrets'],
    },
    v1: {
      type: 'object',
      properties: {
        region: { type: 'string', default: 'here' },
        data: { type: 'array', items: { type: 'string' } },
        depth: { type: 'integer', default: 3 },
      },
      required: ['data'],
    },
  });
  expect(versionSchemas(configKind({ ...kind, spec: first }))).toEqual(new Map());
});
