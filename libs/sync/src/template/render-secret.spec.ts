import type { ExternalSecretTemplate } from '@eso/api/resources';
import { Fuel, FuelSpent } from '@eso/runtime';
import { syncErrorOf } from '../testing/failure.ts';
import { dataOf, requestOf, textsOf } from '../testing/template-requests.ts';
import { renderSecret } from './render-secret.ts';
import type { TemplateRequest } from '../shape/shape-request.ts';

type Texts = Readonly<Record<string, string>>;

const fetched = { user: 'app', password: 'hunter2' };
const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5);

const renderedFrom = (request: TemplateRequest, values: Texts = fetched, fuel = new Fuel(Infinity)) =>
  renderSecret(request, dataOf(values), { fuel, nowMs });

function render(template: ExternalSecretTemplate, sources: Texts = {}, values: Texts = fetched) {
  const { data, labels, annotations } = renderedFrom(requestOf(template, sources), values);
  return { data: textsOf(data), labels, annotations };
}

const failureOf = (template: ExternalSecretTemplate, sources: Texts = {}, values: Texts = fetched) =>
  syncErrorOf(() => render(template, sources, values));

const configMap = (key: string, templateAs: 'Values' | 'KeysAndValues' = 'Values') => ({
  name: 'cm',
  items: [{ key, templateAs }],
});

describe('what stays of what was fetched', () => {
  test.each<[string, ExternalSecretTemplate, Texts]>([
    ['an empty template keeps it', {}, fetched],
    ['metadata alone keeps it', { metadata: { labels: { a: 'b' } } }, fetched],
    ['one key of data drops it', { data: { url: 'x' } }, { url: 'x' }],
    ['a templateFrom entry drops it, whatever it gives', { templateFrom: [{}] }, {}],
    ['empty data is no data', { data: {}, templateFrom: [] }, fetched],
    ['Merge keeps it', { mergePolicy: 'Merge', data: { url: 'x', user: 'y' } }, { ...fetched, url: 'x', user: 'y' }],
    ['Replace is said', { mergePolicy: 'Replace', data: { url: 'x' } }, { url: 'x' }],
  ])('%s [1.13.9] [8.15]', (_what, template, expected) => {
    expect(render(template).data).toEqual(expected);
  });
});

describe('what lies over what', () => {
  const all: ExternalSecretTemplate = {
    mergePolicy: 'Merge',
    templateFrom: [
      { literal: 'k: literal0', configMap: configMap('k'), secret: { name: 's', items: [{ key: 'k' }] } },
      { configMap: configMap('k') },
    ],
    data: { k: 'data' },
  };
  const sources = { 'cm.k': 'configMap', 's.k': 'secret' };
  const [first] = all.templateFrom ?? [];

  test.each<[string, ExternalSecretTemplate, string]>([
    ['data over everything', all, 'data'],
    ['the later templateFrom entry over the earlier one', { ...all, data: { x: 'y' } }, 'configMap'],
    ['the literal over the items of its entry', { ...all, data: {}, templateFrom: [first ?? {}] }, 'literal0'],
    [
      'secret items over configMap items',
      { templateFrom: [{ configMap: configMap('k'), secret: { name: 's', items: [{ key: 'k' }] } }] },
      'secret',
    ],
    [
      'templateFrom over what was fetched',
      { mergePolicy: 'Merge', templateFrom: [{ configMap: configMap('k') }] },
      'configMap',
    ],
    ['what was fetched where nothing else is', { mergePolicy: 'Merge', data: { x: 'y' } }, 'fetched'],
  ])('%s [1.13.10] [1.13.11] [1.13.14]', (_what, template, expected) => {
    expect(render(template, sources, { k: 'fetched' }).data['k']).toBe(expected);
  });

  test('labels and annotations of metadata over those of templateFrom [1.13.12]', () => {
    const rendered = render({
      templateFrom: [
        { target: 'Labels', literal: 'a: from\nb: from' },
        { target: 'Annotations', literal: 'a: from\nb: from' },
      ],
      metadata: { labels: { b: '{{ .user }}' }, annotations: { b: '{{ .user }}' } },
    });
    expect(rendered.labels).toEqual({ a: 'from', b: 'app' });
    expect(rendered.annotations).toEqual({ a: 'from', b: 'app' });
  });

  test('every template sees what was fetched and nothing that another one made [1.13.15]', () => {
    const sees = '{{ .k }}{{ len . }}';
    const rendered = render(
      {
        mergePolicy: 'Merge',
        templateFrom: [{ configMap: configMap('k') }, { literal: `l: "${sees}"` }],
        data: { k: sees, m: sees },
        metadata: { labels: { k: sees } },
      },
      { 'cm.k': `x${sees}` },
      { k: 'v' },
    );
    expect(rendered).toEqual({ data: { k: 'v1', l: 'v1', m: 'v1' }, labels: { k: 'v1' }, annotations: {} });
  });
});

describe('scopes', () => {
  test('Values: the output goes under the key, which is no template; it is decoded where that is said [5.2.1]', () => {
    expect(
      render(
        { templateFrom: [{ valuesDecodingStrategy: 'Base64', configMap: configMap('k') }] },
        { 'cm.k': '{{ .password | b64enc }}' },
      ).data,
    ).toEqual({ k: 'hunter2' });
    expect(render({ data: { '{{ .user }}': 'x' } }).data).toEqual({ '{{ .user }}': 'x' });
  });

  test('KeysAndValues: the output is YAML, each pair an entry, values alone decoded [5.2.2]', () => {
    expect(
      render(
        { templateFrom: [{ valuesDecodingStrategy: 'Base64', configMap: configMap('k', 'KeysAndValues') }] },
        { 'cm.k': '{{ .user }}: {{ .password | b64enc }}\nb: YQ==\n' },
      ).data,
    ).toEqual({ app: 'hunter2', b: 'a' });
  });

  test('templateAs that is left out is Values', () => {
    const item = { key: 'k' } as { key: string; templateAs: 'Values' };
    expect(render({ templateFrom: [{ configMap: { name: 'cm', items: [item] } }] }, { 'cm.k': 'a: b' }).data).toEqual({
      k: 'a: b',
    });
  });

  test.each(['Data', 'DATA', 'data', ''])('target %j is the data, in any case [5.2.12]', (target) => {
    expect(render({ templateFrom: [{ target, literal: 'a: b' }] }).data).toEqual({ a: 'b' });
  });

  test.each(['Labels', 'LABELS', 'labels'])('target %s is labels, in any case [5.2.12]', (target) => {
    expect(render({ templateFrom: [{ target, configMap: configMap('k') }] }, { 'cm.k': '{{ .user }}' }).labels).toEqual(
      {
        k: 'app',
      },
    );
  });

  test('target annotations, in any case [5.2.12]', () => {
    expect(render({ templateFrom: [{ target: 'aNNotations', literal: 'x.io/a: "{{ .user }}"' }] }).annotations).toEqual(
      {
        'x.io/a': 'app',
      },
    );
  });

  test('a Secret has no other target [5.2.12]', () => {
    for (const target of ['spec', 'spec.x', 'metadata.name', 'a..b'])
      expect(failureOf({ templateFrom: [{}, { target, literal: 'a: b' }] })).toMatchObject({
        code: 'TEMPLATE_INVALID',
        field: 'spec.target.template.templateFrom[1].target',
        nextStep: expect.stringMatching(/^Use Data, Labels/) as unknown,
      });
  });

  test('bytes stay bytes', () => {
    const { data } = renderSecret(
      requestOf({ data: { raw: '{{ .raw }}' } }),
      new Map([['raw', Uint8Array.of(0, 0xff, 0x80)]]),
      { fuel: new Fuel(Infinity), nowMs },
    );
    expect(data.get('raw')).toEqual(Uint8Array.of(0, 0xff, 0x80));
  });
});

describe('errors', () => {
  test.each<[string, ExternalSecretTemplate, object]>([
    [
      'data',
      { data: { url: '{{ .nothing }}' } },
      {
        code: 'TEMPLATE_FAILED',
        field: 'spec.target.template.data.url',
        publicMessage:
          'could not apply template: could not execute template: unable to execute template at key url: ' +
          'template: url:1:3: executing "url" at <.nothing>: map has no entry for key "nothing"',
      },
    ],
    [
      'no template',
      { data: { a: 'x', 'b.c': '{{ if }}' } },
      {
        code: 'TEMPLATE_INVALID',
        field: 'spec.target.template.data["b.c"]',
        publicMessage:
          'could not apply template: could not execute template: unable to execute template at key b.c: ' +
          'unable to parse template at key b.c: template: b.c:1: missing value for if',
      },
    ],
    [
      'a literal',
      { templateFrom: [{}, { literal: 'a: {{ fail "no" }}' }] },
      {
        code: 'TEMPLATE_FAILED',
        field: 'spec.target.template.templateFrom[1].literal',
        publicMessage:
          'could not apply template: error fetching templateFrom data: unable to execute template at key literal: ' +
          'template: literal:1:6: executing "literal" at <fail "no">: error calling fail: no',
      },
    ],
    [
      'a literal that is no mapping',
      { templateFrom: [{ literal: '- a' }] },
      {
        code: 'TEMPLATE_FAILED',
        field: 'spec.target.template.templateFrom[0].literal',
        publicMessage: expect.stringContaining(
          "error fetching templateFrom data: could not unmarshal template to 'map[string][]byte': ",
        ) as unknown,
      },
    ],
    [
      'an item',
      {
        templateFrom: [
          {
            configMap: {
              name: 'cm',
              items: [
                { key: 'a', templateAs: 'Values' },
                { key: 'b', templateAs: 'Values' },
              ],
            },
          },
        ],
      },
      { code: 'TEMPLATE_INVALID', field: 'spec.target.template.templateFrom[0].configMap.items[1]' },
    ],
    [
      'a label',
      { metadata: { labels: { 'x.io/a': '{{ .nothing }}' } } },
      { code: 'TEMPLATE_FAILED', field: 'spec.target.template.metadata.labels["x.io/a"]' },
    ],
    [
      'decoding',
      { templateFrom: [{ valuesDecodingStrategy: 'Base64', literal: '{{ .user }}: "{{ .password }}"' }] },
      {
        code: 'DECODING_FAILED',
        field: 'spec.target.template.templateFrom[0].literal',
        publicMessage:
          'could not apply template: error fetching templateFrom data: failed to decode rendered template value for ' +
          'a key that the template makes: the value is not valid Base64',
      },
    ],
  ])('of %s name the field and what is wrong [1.13.16]', (_what, template, expected) => {
    const error = failureOf(template, { 'cm.b': '{{' });
    expect(error).toMatchObject(expected);
    expect(error.message).not.toContain('hunter2');
    expect(error.cause).toBeUndefined();
  });

  test('of a text out of a Secret quote nothing of it', () => {
    const template: ExternalSecretTemplate = {
      templateFrom: [{ secret: { name: 's', items: [{ key: 'k', templateAs: 'Values' }] } }],
    };
    for (const text of [
      '{{ hunter2 }}',
      '{{ .hunter2 }}',
      '{{ fail "hunter2" }}',
      '{{ "hunter2" | nindent "hunter2" }}',
    ]) {
      const error = failureOf(template, { 's.k': text });
      expect(error.field).toBe('spec.target.template.templateFrom[0].secret.items[0]');
      expect(error.publicMessage).toContain('unable to execute template at key k: ');
      expect(JSON.stringify(error) + error.message).not.toContain('hunter2');
    }
  });

  test('of metadata that Kubernetes does not take come before it quotes them', () => {
    const bad = (template: ExternalSecretTemplate) => failureOf(template, {}, { ...fetched, password: 'hunter2 ' });
    expect(bad({ metadata: { labels: { a: '{{ .password }}' } } })).toMatchObject({
      code: 'TEMPLATE_FAILED',
      field: 'spec.target.template.metadata.labels.a',
      publicMessage: expect.stringMatching(
        /the template of label a renders what no label can hold.* dots, - and _$/,
      ) as unknown,
    });
    for (const target of ['Labels', 'Annotations']) {
      const error = bad({ templateFrom: [{ target, literal: '"{{ .password }}x": b' }] });
      expect(error.publicMessage).toContain('whose key the template makes');
      expect(error.message).not.toContain('hunter2');
    }
    expect(bad({ metadata: { annotations: { a: '{{ repeat 300000 "x" }}' } } }).publicMessage).toContain(
      'makes more than 262144 bytes',
    );
    expect(render({ metadata: { annotations: { 'X.io/A': 'any\nthing' } } }).annotations).toEqual({
      'X.io/A': 'any\nthing',
    });
  });

  test('a text that was not handed over is a bug that is named', () => {
    const template: ExternalSecretTemplate = { templateFrom: [{ configMap: configMap('k') }] };
    const request = { ...requestOf(template), texts: [] };
    expect(syncErrorOf(() => renderedFrom(request))).toMatchObject({
      code: 'UNEXPECTED',
      field: 'spec.target.template.templateFrom[0].configMap.items[0]',
    });
  });
});

describe('bounds', () => {
  const loop = '{{ range until 1000000 }}x{{ end }}';

  test.each<[string, ExternalSecretTemplate, string, string]>([
    ['loops', { data: { k: `{{ range 5000 }}${loop}{{ end }}` } }, 'TOO_EXPENSIVE', 'spec.target.template.data.k'],
    ['allocates', { data: { k: '{{ repeat 1000000000 "x" | len }}' } }, 'TOO_EXPENSIVE', 'spec.target.template.data.k'],
    [
      'recurses',
      { data: { k: '{{ define "r" }}{{ template "r" . }}{{ end }}{{ template "r" . }}' } },
      'TOO_EXPENSIVE',
      'spec.target.template.data.k',
    ],
    ['writes', { data: { k: '{{ repeat 1100000 "x" }}' } }, 'DATA_TOO_LARGE', 'spec.target.template.data.k'],
    [
      'makes many keys',
      { templateFrom: [{ literal: '{{ range until 10001 }}k{{ . }}: v\n{{ end }}' }] },
      'DATA_TOO_LARGE',
      'spec.target.template.templateFrom[0].literal',
    ],
    [
      'makes much of many keys',
      { data: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`k${i}`, '{{ repeat 1000000 "x" }}'])) },
      'DATA_TOO_LARGE',
      'spec.target.template',
    ],
    [
      'makes much of little YAML',
      {
        templateFrom: [
          {
            literal: `a0: &a0 x\n${Array.from({ length: 60 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]\n`).join('')}`,
          },
        ],
      },
      'TOO_EXPENSIVE',
      'spec.target.template.templateFrom[0].literal',
    ],
  ])('a template that %s ends, and its field is named', (_what, template, code, field) => {
    expect(failureOf(template)).toMatchObject({ code, field, retryable: false });
  });

  test.each<[string, ExternalSecretTemplate]>([
    ['loops', { data: { a: 'x', k: loop } }],
    ['is long', { data: { k: 'x'.repeat(300_000) } }],
    ['blocks its thread', { data: { k: '{{ bcrypt .password }}' } }],
    ['reads YAML', { templateFrom: [{ literal: `a: {{ .user }}\n${'b: "c"\n'.repeat(40_000)}` }] }],
    ['decodes', { templateFrom: [{ valuesDecodingStrategy: 'Base64', literal: 'a: {{ repeat 200000 "YQ==" }}' }] }],
    ['is one of many', { data: Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, 'x'])) }],
  ])('on this thread one that %s is left to a worker, with its field', (_what, template) => {
    let thrown: unknown;
    try {
      renderedFrom(requestOf(template), fetched, new Fuel(20_000_000));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(FuelSpent);
    expect((thrown as FuelSpent).field).toMatch(/^spec\.target\.template\.(data\.k|templateFrom\[0\]\.literal)/);
  });
});

test('the delimiters are those of the installation', () => {
  const request = requestOf({ data: { a: '<% .user %>{{ .user }}' } }, {}, { delimiters: { left: '<%', right: '%>' } });
  expect(textsOf(renderedFrom(request).data)).toEqual({ a: 'app{{ .user }}' });
});

test('now is the time of the pass, the same in every template', () => {
  const { data } = render({ data: { a: '{{ now | date "2006-01-02T15:04:05" }}', b: '{{ now.Unix }}' } });
  expect(data).toEqual({ a: '2026-01-02T03:04:05', b: String(nowMs / 1000) });
});

test('what is missing: an error by name, nothing by index [8.26]', () => {
  expect(failureOf({ data: { a: '{{ .my-key }}' } }).code).toBe('TEMPLATE_INVALID');
  expect(render({ data: { a: '{{ index . "my-key" }}|{{ index . "nope" }}' } }, {}, { 'my-key': 'v' }).data).toEqual({
    a: 'v|',
  });
});

test('numbers of JSON are floats [8.27]', () => {
  const json = '{"port":8080,"large":1000000}';
  expect(render({ data: { a: '{{ $j := fromJson .json }}{{ $j.port }} {{ $j.large }}' } }, {}, { json }).data).toEqual({
    a: '8080 1e+06',
  });
});
