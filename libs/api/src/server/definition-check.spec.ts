import { defineInlineKind, defineKind, type KindOptions } from './define-kind.ts';
import type { ProviderDefinition } from './provider-definition.ts';
import { defineGenerator } from './generators/define-generator.ts';
import { checkDefinition } from './definition-check.ts';

const kind = (changes: Partial<Omit<KindOptions<unknown>, 'open'>> = {}) =>
  defineKind({
    apiVersion: 'provider.external-secrets.io/v2alpha1',
    kind: 'Probe',
    plural: 'probes',
    features: ['get'],
    metricName: 'Probe',
    open: () => ({}),
    ...changes,
  });

const inline = (key: string) =>
  defineInlineKind({ key, schema: { type: 'object' }, features: ['get'], metricName: 'Probe', open: () => ({}) });

test('a definition with different kinds can be started', () => {
  const kinds = [
    kind(),
    kind({ kind: 'Other', plural: 'others' }),
    kind({ apiVersion: 'generators.external-secrets.io/v1' }),
    inline('probe'),
    inline('other'),
  ];
  expect(() => checkDefinition({ name: 'probe', kinds })).not.toThrow();
});

const generator = (plural = 'uuids') =>
  defineGenerator({
    apiVersion: 'generators.external-secrets.io/v1alpha1',
    kind: 'UUID',
    plural,
    metricName: 'UUID',
    generate: () => ({ values: new Map() }),
  });

test('generators alone can be served', () => {
  expect(() => checkDefinition({ name: 'x', kinds: [], generators: [generator()] })).not.toThrow();
});

test.each<[string, unknown, string]>([
  ['no kinds', { name: 'x', kinds: [] }, 'it defines no kind'],
  ['kinds that are no list', { name: 'x', kinds: kind() }, 'it defines no kind'],
  ['nothing', undefined, 'it defines no kind'],
  ['a name of two words', { name: 'two words', kinds: [kind()] }, 'its name has to be a word'],
  ['no name', { kinds: [kind()] }, 'its name has to be a word'],
  ['a kind that was not made here', { name: 'x', kinds: [{ kind: 'Probe' }] }, 'kinds[0] was not made by defineKind'],
  ['a hole', { name: 'x', kinds: [undefined] }, 'kinds[0] was not made by defineKind'],
  ['a kind without a name', { name: 'x', kinds: [kind({ kind: '' })] }, 'kinds[0].kind is missing'],
  ['a kind without a plural', { name: 'x', kinds: [kind(), kind({ plural: '' })] }, 'kinds[1].plural is missing'],
  [
    'a kind twice',
    { name: 'x', kinds: [kind(), kind({ plural: 'others' })] },
    'kind Probe of provider.external-secrets.io/v2alpha1 is defined twice',
  ],
  [
    'two versions of a kind, one without a schema',
    {
      name: 'x',
      kinds: [
        kind({ apiVersion: 'provider.external-secrets.io/v2beta1', schema: { type: 'object', properties: {} } }),
        kind(),
      ],
    },
    'kind Probe of provider.external-secrets.io has several versions, and provider.external-secrets.io/v2alpha1 no schema: "npm run',
  ],
  ['generators that are no list', { name: 'x', kinds: [kind()], generators: {} }, 'it defines no kind'],
  ['nothing to serve', { name: 'x', kinds: [], generators: [] }, 'it defines no kind'],
  [
    'a generator that was not made here',
    { name: 'x', kinds: [], generators: [kind()] },
    'generators[0] was not made by',
  ],
  [
    'a generator without a plural',
    { name: 'x', kinds: [], generators: [generator('')] },
    'generators[0].plural is missing',
  ],
  [
    'a generator twice',
    { name: 'x', kinds: [], generators: [generator(), generator('others')] },
    'kind UUID of generators.external-secrets.io/v1alpha1 is defined twice',
  ],
  ['a key twice', { name: 'x', kinds: [inline('aws'), inline('aws')] }, 'spec.provider.aws is defined twice'],
  [
    'two kinds of one plural',
    { name: 'x', kinds: [kind(), kind({ kind: 'Other' })] },
    'plural probes of provider.external-secrets.io/v2alpha1 is defined twice',
  ],
])('%s is refused, saying so', (_what, definition, text) => {
  expect(() => checkDefinition(definition as ProviderDefinition)).toThrow(text);
});

test('two versions of a kind, each with its schema, are two kinds', () => {
  const schema = { type: 'object', properties: {} };
  const versions = [kind({ apiVersion: 'provider.external-secrets.io/v2beta1', schema }), kind({ schema })];
  expect(() => checkDefinition({ name: 'x', kinds: versions })).not.toThrow();
});

test('everything that is wrong is said at once', () => {
  const check = (): void => checkDefinition({ name: '', kinds: [kind({ plural: '' }), kind({ plural: '' })] });
  expect(check).toThrow(/its name.*kinds\[0\]\.plural.*kinds\[1\]\.plural.*defined twice/);
});
