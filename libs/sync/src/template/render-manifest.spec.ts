import type { ExternalSecretTemplate } from '@eso/api/resources';
import { Fuel, FuelSpent } from '@eso/runtime';
import { syncErrorOf } from '../testing/failure.ts';
import { dataOf, requestOf } from '../testing/template-requests.ts';
import { renderManifest } from './render-manifest.ts';

type Texts = Readonly<Record<string, string>>;
type TemplateFrom = NonNullable<ExternalSecretTemplate['templateFrom']>[number];

const fetched = { user: 'app', password: 'hunter2', tls: 'true' };

function render(template: ExternalSecretTemplate, sources: Texts = {}, fuel = new Fuel(Infinity)) {
  const { object, labels, annotations } = renderManifest(
    requestOf(template, sources, { target: 'manifest' }),
    dataOf(fetched),
    { fuel, nowMs: 0 },
  );
  return { object, labels, annotations };
}

const objectOf = (template: ExternalSecretTemplate, sources: Texts = {}) => render(template, sources).object;
const literal = (target: string | undefined, text: string): TemplateFrom => ({
  literal: text,
  ...(target !== undefined && { target }),
});
const item = (target: string, templateAs: 'Values' | 'KeysAndValues'): TemplateFrom => ({
  target,
  configMap: { name: 'cm', items: [{ key: 'k', templateAs }] },
});
const failureOf = (template: ExternalSecretTemplate, sources: Texts = {}) =>
  syncErrorOf(() => render(template, sources));

test('what was fetched is not copied, whatever mergePolicy says; data is rendered into data [1.13b.5]', () => {
  expect(objectOf({ mergePolicy: 'Merge' })).toEqual({});
  expect(objectOf({ data: { url: '{{ .user }}@h' } })).toEqual({ data: { url: 'app@h' } });
});

test('labels and annotations of the template are rendered [1.13b.6]', () => {
  const metadata = { labels: { a: '{{ .user }}' }, annotations: { b: '{{ .user }}' } };
  expect(render({ metadata, templateFrom: [literal('Labels', 'a: x\nc: z')] })).toEqual({
    object: {},
    labels: { a: 'app', c: 'z' },
    annotations: { b: 'app' },
  });
});

test('a literal is YAML at its target [1.13b.7]', () => {
  expect(objectOf({ templateFrom: [literal(undefined, 'a: {{ .user }}')] })).toEqual({ data: { a: 'app' } });
  expect(objectOf({ templateFrom: [literal('spec', 'tls: {{ .tls }}\nports: [80, 1.5]')] })).toEqual({
    spec: { tls: true, ports: [80, 1.5] },
  });
});

test('items are rendered once, so that a value that looks like a template stays as it is [1.13b.8]', () => {
  const template = { templateFrom: [item('Data', 'Values'), item('spec.auth', 'KeysAndValues')] };
  expect(objectOf(template, { 'cm.k': '{{ "u: \'{{ .user }}\'" }}' })).toEqual({
    data: { k: "u: '{{ .user }}'" },
    spec: { auth: { u: '{{ .user }}' } },
  });
});

describe('targets', () => {
  test.each<[string, TemplateFrom, string, unknown]>([
    ['spec, Values: a text under the key [5.2.14]', item('spec', 'Values'), '5', { spec: { k: '5' } }],
    ['spec, KeysAndValues: replaced [5.2.14]', item('spec', 'KeysAndValues'), 'a: 5', { spec: { a: 5 } }],
    ['data, Values: a text under the key [5.2.13]', item('DATA', 'Values'), '5', { data: { k: '5' } }],
    ['data, KeysAndValues: a text for each pair [5.2.13]', item('data', 'KeysAndValues'), 'a: 5', { data: { a: '5' } }],
    ['another key, Values: the value of the YAML [5.2.15]', item('immutable', 'Values'), 'true', { immutable: true }],
    [
      'another key, Values: a text that is no YAML stays one [5.2.15]',
      item('note', 'Values'),
      'a: b: c',
      { note: 'a: b: c' },
    ],
    ['another key, KeysAndValues: replaced [5.2.15]', item('rules', 'KeysAndValues'), '- a', { rules: ['a'] }],
    [
      'a path, Values: the leaf, whatever the key [5.2.16]',
      item('spec.x.replicas', 'Values'),
      '3',
      { spec: { x: { replicas: 3 } } },
    ],
    [
      'a path with indexes makes what is missing [5.2.17]',
      item('spec.rules[1].from[0]', 'KeysAndValues'),
      'ip: 1.2.3.4',
      { spec: { rules: [null, { from: [{ ip: '1.2.3.4' }] }] } },
    ],
    [
      'case is kept in a path [5.2.17]',
      item('spec.customHeaders', 'KeysAndValues'),
      'X-A: b',
      { spec: { customHeaders: { 'X-A': 'b' } } },
    ],
  ])('%s', (_what, entry, text, expected) => {
    expect(objectOf({ templateFrom: [entry] }, { 'cm.k': text })).toEqual(expected);
  });

  test('maps at the end of a path are merged one level deep; all else is replaced [5.2.16]', () => {
    const base = literal('spec', 'auth: {basic: {a: 1}, oauth: {b: 2}}\nlist: [1, 2]');
    expect(
      objectOf({
        templateFrom: [base, literal('spec.auth', 'basic: {c: 3}\nldap: {}'), literal('spec.list', '[3]')],
      }),
    ).toEqual({ spec: { auth: { basic: { c: 3 }, oauth: { b: 2 }, ldap: {} }, list: [3] } });
  });

  test('the same entries again change nothing [5.2.21]', () => {
    const entries = [
      literal('spec', 'a: {b: 1}'),
      literal('spec.a', 'c: [1]'),
      literal('spec.a.c[2]', 'd: 2'),
      literal('Data', 'k: v'),
    ];
    expect(objectOf({ templateFrom: [...entries, ...entries, ...entries] })).toEqual(
      objectOf({ templateFrom: entries }),
    );
  });

  test('values are decoded where they are texts', () => {
    const entry = { ...literal('Data', 'a: {{ .password | b64enc }}'), valuesDecodingStrategy: 'Base64' } as const;
    expect(objectOf({ templateFrom: [entry] })).toEqual({ data: { a: 'hunter2' } });
  });

  test('in an entry the literal comes first, then configMap, then secret items', () => {
    const items = [{ key: 'k', templateAs: 'Values' as const }];
    const entry: TemplateFrom = {
      literal: 'k: literal',
      configMap: { name: 'cm', items },
      secret: { name: 's', items },
    };
    const sources = { 'cm.k': 'configMap', 's.k': 'secret' };
    expect(objectOf({ templateFrom: [entry] }, sources)).toEqual({ data: { k: 'secret' } });
    const { secret, ...without } = entry;
    expect(secret).toBeDefined();
    expect(objectOf({ templateFrom: [without] }, sources)).toEqual({ data: { k: 'configMap' } });
    expect(objectOf({ templateFrom: [without], data: { k: 'data' } }, sources)).toEqual({ data: { k: 'data' } });
  });

  test('no path leads to a prototype', () => {
    objectOf({
      templateFrom: [literal('__proto__.polluted', 'yes'), literal('constructor.prototype', 'polluted: yes')],
    });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });
});

describe('errors', () => {
  test.each(['a..b', 'a[0', 'a[x]', 'a[-1]', 'a[10001]', 'a[0]b', '[0].a'])(
    'of path %s name the target [5.2.18]',
    (target) => {
      expect(failureOf({ templateFrom: [{}, literal(target, 'a: b')] })).toMatchObject({
        code: 'TEMPLATE_INVALID',
        field: 'spec.target.template.templateFrom[1].target',
        publicMessage: expect.stringContaining(`could not apply template: invalid path "${target}": `) as unknown,
      });
    },
  );

  test('of a path through a value of another type [5.2.19]', () => {
    const template = { templateFrom: [literal('spec', 'a: {{ .password }}'), literal('spec.a.b', 'c: d')] };
    expect(failureOf(template)).toMatchObject({
      code: 'TEMPLATE_FAILED',
      field: 'spec.target.template.templateFrom[1].literal',
      publicMessage: 'could not apply template: failed to set path spec.a.b: expected map at key "b" but found string',
    });
  });

  test('of a text that is no YAML', () => {
    const error = failureOf({ templateFrom: [literal('spec.a', 'a: b: {{ .password }}')] });
    expect(error).toMatchObject({ code: 'TEMPLATE_FAILED', field: 'spec.target.template.templateFrom[0].literal' });
    expect(error.publicMessage).toContain('could not unmarshal template YAML: ');
    expect(error.message).not.toContain('hunter2');
  });

  test.each([
    'apiVersion',
    'kind',
    'metadata',
    'metadata.name',
    'metadata.namespace',
    'metadata.ownerReferences[0].uid',
  ])('of %s: templates do not say which object it is', (target) => {
    expect(failureOf({ templateFrom: [literal(target, 'a: b')] })).toMatchObject({
      code: 'TEMPLATE_INVALID',
      field: 'spec.target.template.templateFrom[0].target',
    });
  });
});

describe('bounds', () => {
  const aliases = `a0: &a0 ${'x'.repeat(1000)}\n${Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]\n`).join('')}`;

  test.each<[string, TemplateFrom[], string]>([
    ['little YAML that is much', [literal('spec', aliases)], 'TOO_EXPENSIVE'],
    [
      'much in all',
      Array.from({ length: 17 }, (_, i) => literal(`spec.a${i}`, 'k: "{{ repeat 1000000 "x" }}"')),
      'DATA_TOO_LARGE',
    ],
    [
      'an object that aliases made large',
      Array.from({ length: 40 }, (_, i) => literal(`spec.a${i}`, aliases.slice(0, aliases.indexOf('a5')))),
      'DATA_TOO_LARGE',
    ],
  ])('%s is refused', (_what, templateFrom, code) => {
    expect(failureOf({ templateFrom })).toMatchObject({ code, retryable: false });
  });

  test('lists that grow by an index are paid for', () => {
    const templateFrom = Array.from({ length: 1_000 }, (_, i) => literal(`spec.a${i}[10000]`, 'x'));
    expect(() => render({ templateFrom }, {}, new Fuel(20_000_000))).toThrow(FuelSpent);
  });
});
